"""What an account of Zendesk Support offers, and what Syncline's user may do there."""

from collections.abc import Sequence
from functools import partial

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.connectors.understanding import understood
from syncline_common.connectors.zendesk.client import ROOT, Support, Wire
from syncline_common.connectors.zendesk.queries import ALL, said
from syncline_common.connectors.zendesk.records import (
    KEPT,
    STREAM,
    SYSTEM,
    Known,
    own_fields,
    to_facts,
    to_person,
)
from syncline_common.errors import (
    CredentialRejected,
    NotSuchSystem,
    PermissionMissing,
    RecordFault,
    RecordGone,
    RecordRejected,
)
from syncline_common.sdk.answers import SentElsewhere
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import Counted, Found, Out, Person, Project, Survey, WebhookWay

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
TYPES = ("problem", "incident", "question", "task")
CHOICES = {"status": STATUSES, "priority": PRIORITIES, "type": TYPES}
REQUIRED = ("subject", "description")
READERS, WRITERS = frozenset(["read", "tickets:read"]), frozenset(["write", "tickets:write"])
NOBODY = "Zendesk takes it for nobody's credential"
NO_ACCOUNT = "There is no Zendesk Support at this address"
NO_ADMIN = "Syncline's user is no administrator; exports of changed tickets need one"
NO_READING = "The OAuth token lacks the scope read"
NO_WRITING = "The OAuth token lacks the scope write"
ENDS = "API tokens stop working on 30 April 2027; make an OAuth client before that"
CLOSED_LEFT_OUT = "Tickets that were archived long ago may be missing"


@understood
class ZendeskSurveyor:
    def __init__(self, out: Out, learnt: Learnt | None = None) -> None:
        self.support, self._learnt = Support(out), learnt or Learnt()

    async def survey(self) -> Survey:
        """Who calls, by its role, and by its token's scopes if it has one. Nothing is written for it."""
        me = await self._me()
        if me.get("id") is None:
            raise CredentialRejected(NOBODY)
        if me.get("role") != "admin":
            raise PermissionMissing(NO_ADMIN)
        scopes = await self._scopes()
        if scopes is not None and not scopes & READERS:
            raise PermissionMissing(NO_READING)
        if scopes is not None and not scopes & WRITERS:
            raise PermissionMissing(NO_WRITING)
        findings = () if scopes is not None else (ENDS,)
        identity = str(me.get("email") or me.get("name") or me["id"])
        return Survey(identity, True, findings, Found(webhooks=WebhookWay.API))

    async def _me(self) -> Wire:
        """Anybody is answered, also without a credential."""
        try:
            found: Wire = await self.support.one(f"{ROOT}/users/me", "user")
        except (RecordGone, SentElsewhere) as error:
            raise NotSuchSystem(NO_ACCOUNT, detail=error.detail) from None
        return found

    async def _scopes(self) -> frozenset[str] | None:
        """None: it is an API token, which may whatever its user may. Whether that is what a refusal means, or that it
        is over with all of them, is asked for."""
        try:
            return await self._told_scopes()
        except CredentialRejected:
            await self._me()
        try:
            return await self._told_scopes()
        except CredentialRejected:
            return None

    async def _told_scopes(self) -> frozenset[str] | None:
        try:
            token = await self.support.one(f"{ROOT}/oauth/tokens/current", "token")
        except (RecordFault, PermissionMissing):
            return None
        return frozenset(str(it) for it in token["scopes"])

    async def projects(self) -> Sequence[Project]:
        brands = await self.support.all(f"{ROOT}/brands", "brands")
        return [Project(str(it["id"]), it["name"]) for it in brands if it.get("active") is not False]

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        projects = [it.name for it in await self.projects()]
        return [StreamFacts(STREAM, "Ticket", projects=tuple(projects))]

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]:
        must_be_tickets(stream)
        own = await self.support.all(f"{ROOT}/ticket_fields", "ticket_fields")
        groups = await self.support.all(f"{ROOT}/groups", "groups")
        brands = await self.support.all(f"{ROOT}/brands", "brands")
        labels = {
            "group_id": {str(it["id"]): it["name"] for it in groups},
            "brand_id": {str(it["id"]): it["name"] for it in brands},
            "custom_status_id": await self._statuses(),
        }
        system = [_facts(name, labels.get(name, {})) for name in SYSTEM]
        return [*system, *(to_facts(it) for it in own_fields(own))]

    async def _statuses(self) -> dict[str, str]:
        """None, where the account has only those of the vendor's."""
        try:
            found = await self.support.some(f"{ROOT}/custom_statuses", "custom_statuses", {})
        except (RecordGone, RecordRejected, PermissionMissing):
            return {}
        return {str(it["id"]): it["agent_label"] for it in found if it.get("active") is not False}

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        """By the beginning of a name, or by a whole address; Zendesk wants two letters."""
        text = text.strip()
        if len(text) < 2:
            return []
        if "@" in text:
            found = await self.support.some(f"{ROOT}/users/search", "users", {"query": f"email:{text}"})
        else:
            found = await self.support.some(f"{ROOT}/users/autocomplete", "users", {"name": text})
        return [to_person(it) for it in found]

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        """By search, whose index lags behind."""
        must_be_tickets(stream)
        known = await self.known()
        told = {it.source: said(it, known) for it in conditions}
        words = [it for it in told.values() if it is not None]
        brands = [f"brand:{known.brand(it)}" for it in projects]
        count = await self.support.count(" ".join([ALL, *brands, *words]))
        left_out = [source for source, it in told.items() if it is None]
        return Counted(count, left_out=(*left_out, CLOSED_LEFT_OUT))

    async def known(self) -> Known:
        return await self._learnt.once(("known",), partial(self._ask_known))

    async def _ask_known(self) -> Known:
        fields = await self.support.all(f"{ROOT}/ticket_fields", "ticket_fields")
        return Known.of(fields, await self.support.all(f"{ROOT}/brands", "brands"))


def _facts(name: str, labels: dict[str, str]) -> FieldFacts:
    label, kind = SYSTEM[name]
    choices = CHOICES.get(name) or tuple(labels) or None
    return FieldFacts(name, label, kind, name not in KEPT, name in REQUIRED, choices, choice_labels=labels)


def must_be_tickets(stream: str) -> None:
    if stream != STREAM:
        raise RecordRejected("Of Zendesk, only tickets are kept in step", detail=stream[:40])
