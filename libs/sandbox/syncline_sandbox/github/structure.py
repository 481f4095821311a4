"""Who one is, which repositories there are, and what may be chosen in them."""

from re import compile as pattern

from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json
from syncline_sandbox.github.accounts import NOBODY, Account
from syncline_sandbox.github.paging import paged
from syncline_sandbox.github.refusals import no_authentication, not_accessible, nothing, problem
from syncline_sandbox.github.repositories import Repo
from syncline_sandbox.github.work import REPO, ROOT, Work

AFFILIATIONS = {"owner", "collaborator", "organization_member"}


class Structure:
    def __init__(self, work: Work) -> None:
        self._work = work

    def operations(self) -> list[Operation]:
        return [
            Operation("user.get", "GET", pattern(rf"{ROOT}/user"), self.me),
            Operation("repositories.list", "GET", pattern(rf"{ROOT}/user/repos"), self.mine),
            Operation("repositories.of", "GET", pattern(rf"{ROOT}/orgs/(?P<org>[^/]+)/repos"), self.of),
            Operation("repositories.get", "GET", pattern(REPO), self.one),
            Operation("types.list", "GET", pattern(rf"{ROOT}/orgs/(?P<org>[^/]+)/issue-types"), self.types),
            Operation("labels.list", "GET", pattern(rf"{REPO}/labels"), self.labels),
            Operation("milestones.list", "GET", pattern(rf"{REPO}/milestones"), self.milestones),
            Operation("assignees.list", "GET", pattern(rf"{REPO}/assignees"), self.assignees),
        ]

    def me(self, call: Call, caller: str) -> Answer:
        account = self._known(caller)
        return as_json({**(self._work.user(account.login) or {}), "name": None, "email": None})

    def mine(self, call: Call, caller: str) -> Answer:
        """`type` is not to be used beside `affiliation` or `visibility`."""
        account = self._known(caller)
        if call.get("type") and (call.get("affiliation") or call.get("visibility")):
            message = "If you specify visibility or affiliation, you cannot specify type."
            raise Refused(problem(422, message))
        wanted = {it.strip() for it in call.get("affiliation").split(",") if it.strip()} or AFFILIATIONS
        if wanted - AFFILIATIONS:
            raise Refused(problem(422, "Validation Failed"))
        found = [it for it in self._work.repositories if it.is_member(account)]
        return self._listed(call, found, account)

    def of(self, call: Call, caller: str) -> Answer:
        account = self._work.account(caller)
        found = [
            it
            for it in self._work.repositories
            if it.owner.lower() == call.params["org"].lower() and it.lets(account, "pull")
        ]
        if not found:
            raise nothing()
        return self._listed(call, found, account)

    def one(self, call: Call, caller: str) -> Answer:
        document = self._work.repository(call, caller).document(self._work.account(caller))
        return as_json(document)

    def types(self, call: Call, caller: str) -> Answer:
        account, owners = self._known(caller), {it.owner.lower() for it in self._work.repositories}
        if call.params["org"].lower() not in owners:
            raise nothing()
        if account.scopes is None and "organization_issue_types" not in account.permissions:
            raise not_accessible("issue_types=read")
        return as_json([self._work.type_document(it) for it in self._work.types])

    def labels(self, call: Call, caller: str) -> Answer:
        repository = self._work.repository(call, caller)
        return paged(call, sorted(repository.labels), repository.label_document)

    def milestones(self, call: Call, caller: str) -> Answer:
        repository = self._work.repository(call, caller)
        return paged(call, range(1, len(repository.milestones) + 1), repository.milestone_document)

    def assignees(self, call: Call, caller: str) -> Answer:
        repository = self._work.repository(call, caller)
        return paged(call, list(repository.roles), self._work.user)

    def _listed(self, call: Call, found: list[Repo], account: Account) -> Answer:
        return paged(call, found, lambda it: it.document(account))

    def _known(self, caller: str) -> Account:
        account = self._work.account(caller)
        if account is NOBODY:
            raise no_authentication()
        return account
