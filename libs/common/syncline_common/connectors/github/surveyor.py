"""What a GitHub offers, and what the token may do there."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.connectors.github.client import Hub
from syncline_common.connectors.github.places import Repo
from syncline_common.connectors.github.queries import counted
from syncline_common.connectors.github.records import FIELDS, STREAM, Wire, to_person, to_repo
from syncline_common.connectors.understanding import understood
from syncline_common.errors import (
    ContractBroken,
    NotSuchSystem,
    PermissionMissing,
    RecordFault,
    RecordGone,
    RecordRejected,
)
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import Counted, Found, Out, Person, Project, Survey, WebhookWay

WRITING = frozenset(["repo", "public_repo"])  # scopes of classic tokens
ASKED_FOR_PEOPLE = 10  # repositories, if none is named
MOST_NAMED = 5  # repositories in one search
NOT_GITHUB = "There is no GitHub under this address"
NONE_SEEN = "The token sees no repository with issues of {owner}; give it access to them"
SIGN_ON = "The token has to be authorised for the organization's single sign-on"
NO_SCOPE = "The token can't write issues; it needs the scope repo"
READ_ONLY = "The token can't write issues; it needs the permission Issues: read and write"
ALL_ARCHIVED = "All repositories that the token sees are archived, so nothing can be written"
UNLABELLED = "In {names}, labels, assignees, milestones and types can't be set: that takes the role Triage"
ENDS = "The token ends on {when}"
PARTIAL = "Some organizations are left out: the token is not authorised for their single sign-on"


@understood
class GitHubSurveyor:
    def __init__(self, out: Out, learnt: Learnt | None = None) -> None:
        self.hub, self._learnt = Hub(out), learnt or Learnt()

    async def survey(self) -> Survey:
        """Whose token it is, what it sees, and whether it may write: by an issue without a title, which is refused."""
        login, headers = await self._identity()
        repos = await self.repos()
        await self.hub.issues(repos[0], {"state": "all", "per_page": 1})
        scopes = headers.get("x-oauth-scopes")
        if scopes is not None and not WRITING & {it.strip() for it in scopes.split(",")}:
            raise PermissionMissing(NO_SCOPE)
        await self._must_write(repos)
        found = Found(webhooks=WebhookWay.API)
        return Survey(login, can_write=True, findings=_findings(repos, headers), found=found)

    async def _identity(self) -> tuple[str, Mapping[str, str]]:
        try:
            me, headers = await self.hub.me()
        except RecordGone as error:
            raise NotSuchSystem(NOT_GITHUB, detail=error.detail) from None
        return str(me["login"]), headers

    async def _must_write(self, repos: Sequence[Repo]) -> None:
        open_ones = [it for it in repos if not it.archived]
        if not open_ones:
            raise PermissionMissing(ALL_ARCHIVED)
        best = next((it for it in open_ones if it.may_label), open_ones[0])
        try:
            await self.hub.try_to_create_nothing(best)
        except RecordRejected:
            return
        except (PermissionMissing, RecordGone) as error:
            message = SIGN_ON if "SAML" in error.detail else READ_ONLY
            raise PermissionMissing(message, detail=error.detail) from None
        raise ContractBroken("GitHub took an issue without a title", detail=best.name)

    async def repos(self) -> Sequence[Repo]:
        """Those of the system whose issues are not switched off, by their numbers. None is no answer: all would be gone."""
        found = await self._learnt.once(("repos",), self._ask_repos)
        if not found:
            raise PermissionMissing(NONE_SEEN.format(owner=self.hub.place.owner or "anybody"))
        return found

    async def _ask_repos(self) -> Sequence[Repo]:
        owner = (self.hub.place.owner or "").casefold()
        rows = [it for it in await self.hub.repos() if it["has_issues"]]
        ours = [it for it in rows if not owner or it["owner"]["login"].casefold() == owner]
        return sorted((to_repo(it) for it in ours), key=lambda it: it.id)

    async def repo(self, id: int) -> Repo:
        """RecordGone of one that is no more, or that the token does not see."""
        found = next((it for it in await self.repos() if it.id == id), None)
        if found is None:
            raise RecordGone("Its repository is gone, or hidden from us", detail=str(id))
        return found

    async def projects(self) -> Sequence[Project]:
        return [Project(str(it.id), it.name) for it in await self.repos() if not it.archived]

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        names = (project,) if project else tuple(it.name for it in await self.projects())
        return [StreamFacts(STREAM, "Issue", projects=names)]

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]:
        """Without a repository there is no telling what may be chosen; labels that there are not are made."""
        if project is None:
            return FIELDS
        labels = [it["name"] for it in await self.hub.labels(project)]
        milestones = {it["number"]: it["title"] for it in await self.hub.milestones(project)}
        types = await self._types(project)
        choices = {"labels": labels, "milestone": list(milestones), "type": types}
        found = [replace(it, choices=tuple(choices.get(it.name) or ()) or it.choices) for it in FIELDS]
        titles = {str(number): title for number, title in milestones.items()}
        return [replace(it, choice_labels=titles) if it.name == "milestone" else it for it in found]

    async def _types(self, project: str) -> list[str]:
        """An organization's; a person has none, and a token may be without the permission to list them."""
        rows: list[Wire] = []
        with suppress(RecordFault, PermissionMissing):
            rows = await self.hub.types(project.partition("/")[0])
        return [it["name"] for it in rows if it.get("is_enabled", True)]

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        """Who may be assigned; by login, since lists say no more of anybody."""
        names = [project] if project else [it.name for it in await self.repos()][:ASKED_FOR_PEOPLE]
        found, wanted = dict[str, Person](), text.casefold()
        for name in names:
            people = [to_person(it) for it in await self.hub.assignees(name)]
            found |= {it.key: it for it in people if wanted in f"{it.name} {it.key}".casefold()}
        return list(found.values())

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        records, incomplete, left_out = 0, False, list[str]()
        for at in range(0, max(1, len(projects)), MOST_NAMED):
            question, left_out = counted(projects[at : at + MOST_NAMED], self.hub.place.owner, conditions)
            found = await self.hub.search(question, size=1)
            records += int(found["total_count"])
            incomplete = incomplete or bool(found["incomplete_results"])
        return Counted(records, incomplete, tuple(left_out))


def _findings(repos: Sequence[Repo], headers: Mapping[str, str]) -> tuple[str, ...]:
    bare = [it.name for it in repos if not it.may_label and not it.archived]
    when = headers.get("github-authentication-token-expiration")
    return (
        *(
            [UNLABELLED.format(names=", ".join(bare[:5]) + (" and others" if bare[5:] else ""))]
            if bare
            else ()
        ),
        *([ENDS.format(when=when)] if when else ()),
        *([PARTIAL] if headers.get("x-github-sso", "").startswith("partial-results") else ()),
    )
