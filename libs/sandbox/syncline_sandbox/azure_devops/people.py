"""Who is in the organisation, as far as the token's scopes let one see."""

from syncline_sandbox.azure_devops.accounts import Account
from syncline_sandbox.azure_devops.boards import Boards, path
from syncline_sandbox.azure_devops.refusals import bad_argument, listed
from syncline_sandbox.calls import Answer, Call, Operation, as_json

TEAM = "00000000-0000-4000-8000-0000000000aa"
PAGE = 5  # small, so that a reader has to go on


class People:
    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    def operations(self) -> list[Operation]:
        teams = r"projects/(?P<project>[^/]+)/teams"
        members = path(teams + r"/(?P<team>[^/]+)/members", "never")
        return [
            Operation("connectiondata", "GET", path(r"connectiondata", "never"), self.me),
            Operation(
                "identities.list", "GET", path(r"identities", "never"), self.identities, "vso.identity"
            ),
            Operation("graph.users", "GET", path(r"graph/users", "never"), self.graph, "vso.graph"),
            Operation(
                "entitlements",
                "GET",
                path(r"userentitlements", "never"),
                self.entitlements,
                "vso.memberentitlementmanagement",
            ),
            Operation("teams.list", "GET", path(teams, "never"), self.teams, "vso.project"),
            Operation("teams.members", "GET", members, self.members, "vso.project"),
        ]

    def me(self, call: Call, caller: str) -> Answer:
        account = self._boards.account(caller)
        shown = {
            "id": account.id,
            "providerDisplayName": account.display,
            "properties": {"Account": {"$type": "System.String", "$value": account.name}},
        }
        return as_json({"authenticatedUser": shown, "authorizedUser": shown})

    def identities(self, call: Call, caller: str) -> Answer:
        wanted = call.get("filterValue")
        if not wanted or call.get("searchFilter").lower() not in ("general", "mailaddress"):
            raise bad_argument("searchFilter and filterValue are needed.")
        return listed(
            [
                {
                    "id": it.id,
                    "providerDisplayName": it.display,
                    "isActive": True,
                    "subjectDescriptor": f"aad.{it.id}",
                    "properties": {"Mail": {"$type": "System.String", "$value": it.name}},
                }
                for it in self._boards.who(wanted)
            ]
        )

    def graph(self, call: Call, caller: str) -> Answer:
        start = call.get("continuationToken", "0")
        if not start.isdigit():
            raise bad_argument("The value of continuationToken is not valid.")
        end = int(start) + PAGE
        page: list[object] = [_graph_document(it) for it in self._boards.accounts[int(start) : end]]
        return listed(page).also(
            {"X-MS-ContinuationToken": str(end)} if end < len(self._boards.accounts) else {}
        )

    def entitlements(self, call: Call, caller: str) -> Answer:
        members = [
            {"id": it.id, "user": _graph_document(it), "accessLevel": {"accountLicenseType": "express"}}
            for it in self._boards.accounts
        ]
        return as_json({"members": members, "continuationToken": None, "totalCount": len(members)})

    def teams(self, call: Call, caller: str) -> Answer:
        project = self._boards.project(call.params["project"])
        return listed(_page(call, [{"id": TEAM, "name": f"{project.name} Team", "projectId": project.id}]))

    def members(self, call: Call, caller: str) -> Answer:
        self._boards.project(call.params["project"])
        people = self._boards.accounts
        return listed(_page(call, [{"identity": self._boards.identity(it.name, call.base)} for it in people]))


def _page(call: Call, items: list[object]) -> list[object]:
    """By `$top` and `$skip`; never more than the vendor likes, so that a short page is not the end."""
    top, skip = call.get("$top") or "100", call.get("$skip") or "0"
    if not top.isdigit() or not skip.isdigit():
        raise bad_argument("The value of $top or $skip is not valid.")
    return items[int(skip) : int(skip) + min(int(top), PAGE)]


def _graph_document(account: Account) -> dict[str, object]:
    return {
        "subjectKind": "user",
        "principalName": account.name,
        "mailAddress": account.name,
        "displayName": account.display,
        "descriptor": f"aad.{account.id}",
        "originId": account.id,
    }
