"""What a site of Jira Cloud offers, and what Syncline's account may do there."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.connectors.jira.fields import (
    PARENT,
    STATUS,
    Fields,
    can_be_written,
    is_read,
    to_type,
)
from syncline_common.connectors.jira.queries import said, scoped
from syncline_common.connectors.jira.records import to_person
from syncline_common.connectors.jira.site import Site, Wire
from syncline_common.connectors.understanding import understood
from syncline_common.errors import (
    ContractBroken,
    CredentialRejected,
    NotSuchSystem,
    PermissionMissing,
    RecordGone,
)
from syncline_common.schemas.values import FieldType
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import Counted, Found, Out, Person, Project, Survey, WebhookWay
from syncline_common.sdk.trial import on_trial

MUST = {
    "BROWSE_PROJECTS": "see issues; give it Browse projects",
    "CREATE_ISSUES": "create issues; give it Create issues",
    "EDIT_ISSUES": "edit issues; give it Edit issues",
}
SHOULD = {
    "TRANSITION_ISSUES": "move issues from one status to another",
    "ADD_COMMENTS": "comment on issues",
    "CREATE_ATTACHMENTS": "attach files",
    "LINK_ISSUES": "link issues",
    "DELETE_ISSUES": "delete issues",
}
ADMINISTER = "ADMINISTER"
NOT_JIRA = "Under this address is no Jira Cloud"
NOT_CLOUD = "This is Jira {}, and only Jira Cloud is supported"
NO_PROJECT = "Syncline's account may write in no project"
MUST_NOT = "Syncline's account may not {}"
WITH_SCOPES = "This API token has scopes; Syncline needs one that was created without"
NO_TYPE = "There is no such type of issue in this project"
NO_ZONE = "Syncline's account has a time zone that is not known: {}"
APPROXIMATE = "The number is Jira's estimate"


@understood
class JiraSurveyor:
    def __init__(self, out: Out, learnt: Learnt | None = None) -> None:
        self.site, self._learnt = Site(out), learnt or Learnt()

    async def survey(self) -> Survey:
        """Who we are, and what we may; nothing is written. A wrong token is told from one that may not."""
        await self._must_be_cloud()
        me = await self._who()
        rights = await self.site.rights([*MUST, *SHOULD, ADMINISTER])
        for right, what in MUST.items():
            if not rights.get(right):
                raise PermissionMissing(MUST_NOT.format(what), detail=right)
        if not await self.site.projects("create"):
            raise PermissionMissing(NO_PROJECT)
        findings = [MUST_NOT.format(what) for right, what in SHOULD.items() if not rights.get(right)]
        way = WebhookWay.API if rights.get(ADMINISTER) else WebhookWay.BY_HAND
        identity = str(me.get("emailAddress") or me.get("displayName") or me["accountId"])
        return Survey(identity, can_write=True, findings=tuple(findings), found=Found(webhooks=way))

    async def _who(self) -> Wire:
        try:
            with on_trial():
                return await self.site.myself()
        except CredentialRejected as error:
            if await self.site.takes_scopes():
                raise CredentialRejected(WITH_SCOPES, detail=error.detail) from None
            raise

    async def _must_be_cloud(self) -> None:
        """It is answered to anybody."""
        try:
            told = await self.site.server()
        except RecordGone as error:
            raise NotSuchSystem(NOT_JIRA, detail=error.detail) from None
        if (sort := told["deploymentType"]) != "Cloud":
            raise NotSuchSystem(NOT_CLOUD.format(sort))

    async def projects(self) -> Sequence[Project]:
        return [Project(str(it["id"]), it["key"]) for it in await self.site.projects("browse")]

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        """Types of one name are one stream, whichever projects have them."""
        found = dict[str, list[str]]()
        for it in await self.site.projects("browse"):
            if project in (None, it["key"]):
                for type in it.get("issueTypes") or []:
                    found.setdefault(type["name"], []).append(it["key"])
        return [
            StreamFacts(it, it, projects=tuple(dict.fromkeys(keys))) for it, keys in sorted(found.items())
        ]

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]:
        """Without a project there is no telling which are required, and what may be chosen."""
        everywhere = {id: it for id, it in (await self.all_fields()).items() if is_read(id, it)}
        if project is None:
            return [_facts(id, it, None) for id, it in everywhere.items()]
        type = next((it for it in await self.site.types(project) if it["name"] == stream), None)
        if type is None:
            raise RecordGone(NO_TYPE)
        here = {
            str(it.get("fieldId") or it.get("key")): it
            for it in await self.site.fields_of(project, str(type["id"]))
        }
        names = await self.site.statuses(project, stream)
        return [
            _facts(id, it, here.get(id, {}), names if id == STATUS else None)
            for id, it in everywhere.items()
            if id in here or not it.get("custom")
        ]

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        """By name, or by address where it is not hidden. Apps are nobody."""
        if not text.strip():
            return []
        found = await self.site.people(text, project)
        return [to_person(it) for it in found if it.get("accountType") != "app"]

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        fields: Fields = await self.all_fields() if conditions else {}
        told = {it.source: said(it, fields.get(it.field)) for it in conditions}
        jql = scoped(stream, projects, [it for it in told.values() if it is not None])
        left_out = [source for source, it in told.items() if it is None]
        return Counted(await self.site.count(jql), left_out=(*left_out, APPROXIMATE))

    async def all_fields(self) -> Fields:
        return await self._learnt.once(("fields",), self._ask_fields)

    async def _ask_fields(self) -> dict[str, Wire]:
        return {str(it["id"]): it for it in await self.site.fields()}

    async def zone(self) -> ZoneInfo:
        """Of the account: in which JQL reads times."""
        return await self._learnt.once(("zone",), self._ask_zone)

    async def _ask_zone(self) -> ZoneInfo:
        name = str((await self.site.myself())["timeZone"])
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ContractBroken(NO_ZONE.format(name[:40])) from None


def _facts(
    id: str, field: Mapping[str, Any], here: Mapping[str, Any] | None, names: Sequence[str] | None = None
) -> FieldFacts:
    """`here`: as the screen of a project and type has it; None if nobody said of which."""
    on_screen = here is None or bool(here) or id == STATUS
    needed = bool((here or {}).get("required"))
    type = to_type(field)
    choices = names or _choices((here or {}).get("allowedValues") or ())
    return FieldFacts(
        name=id,
        label=str(field.get("name") or id),
        type=type,
        writable=on_screen and can_be_written(id, field),
        required_on_create=needed
        and not (here or {}).get("hasDefaultValue")
        and id not in ("project", "issuetype"),
        choices=tuple(choices) if choices and type in (FieldType.CHOICE, FieldType.LIST) else None,
        nullable=not needed and id not in (STATUS, PARENT),
    )


def _choices(allowed: Sequence[Any]) -> list[str]:
    told = [it.get("value") or it.get("name") for it in allowed if isinstance(it, Mapping)]
    return [str(it) for it in told if it]
