"""What an account at IT Glue holds, and what the key may do there."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.connectors.itglue.client import AMERICA, REGIONS, Glue, Page, Wire
from syncline_common.connectors.itglue.records import id_of
from syncline_common.connectors.itglue.sections import (
    CONFIGURATIONS,
    ORGANIZATIONS,
    OWNER,
    SECTIONS,
    Section,
    section_of,
)
from syncline_common.connectors.understanding import understood
from syncline_common.errors import (
    CredentialRejected,
    NotSuchSystem,
    PermissionMissing,
    RecordGone,
    RecordRejected,
    RemoteError,
)
from syncline_common.sdk.answers import SentElsewhere
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import Counted, Found, Out, Person, Project, Survey, WebhookWay

NO_GLUE = "There is no IT Glue at this address"
CAN_NOT_WRITE = "The key may not write"
ANOTHER_REGION = "The key is of another region: enter the address as https://<account>{}.itglue.com"
ANOTHER_ACCOUNT = "The key is of the account at {}; is the address right?"
NO_OWNER = "IT Glue has no organization of this name"
MANY_OWNERS = "IT Glue has several organizations of this name"
ITS_OWN = "IT Glue itself is connected to another system: records that come from there accept few changes"


@understood
class ItGlueSurveyor:
    def __init__(self, out: Out, learnt: Learnt | None = None) -> None:
        self._out, self._learnt = out, learnt or Learnt()
        self.glue = Glue(out)

    async def survey(self) -> Survey:
        """Writing is proven by what IT Glue must refuse: who may not write is told so before it looks at it."""
        first = await self._first()
        may_write = await self.glue.may_create(CONFIGURATIONS)
        some = await self.glue.page(CONFIGURATIONS.path, 1, 1)  # or the key has just been taken back
        if not may_write:
            raise PermissionMissing(CAN_NOT_WRITE)
        kept = any(it["attributes"].get("psa-integration") == "enabled" for it in [*first.rows, *some.rows])
        findings = [*self._account(first), *([ITS_OWN] if kept else [])]
        identity = urlsplit(self._out.address).hostname or ""
        return Survey(identity, True, tuple(findings), Found(webhooks=WebhookWay.NONE))

    async def projects(self) -> Sequence[Project]:
        rows = await self._learnt.once(("organizations",), lambda: self.glue.all(ORGANIZATIONS.path))
        return [Project(id_of(it), it["attributes"]["name"]) for it in rows]

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        names = tuple(it.name for it in await self.projects())
        return [
            StreamFacts(it.stream, it.label, projects=names if it.owned else ()) for it in SECTIONS.values()
        ]

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]:
        section = section_of(stream)
        return [await self._with_choices(it, section) for it in section.fields]

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        wanted = text.strip().casefold()
        rows = await self.glue.all("/users") if wanted else []
        people = [_person(it) for it in rows]
        return [it for it in people if wanted in f"{it.name} {it.email or ''}".casefold()]

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        section = section_of(stream)
        told = {it.source: _filter(it, section) for it in conditions}
        params = {name: value for it in told.values() if it for name, value in [it]}
        if projects and section.owned:
            params[f"filter[{OWNER}]"] = ",".join([await self.owner(it) for it in projects])
        page = await self.glue.page(section.path, 1, 1, params)
        return Counted(page.total, left_out=tuple(source for source, it in told.items() if it is None))

    async def owner(self, project: str) -> str:
        """The number of the organization of this name."""

        async def asked() -> str:
            rows = await self.glue.all(ORGANIZATIONS.path, dict(filter(None, [name])))
            ids = [id_of(it) for it in rows if it["attributes"]["name"] == project]
            if len(ids) != 1:
                raise RecordRejected(MANY_OWNERS if ids else NO_OWNER, detail=project)
            return ids[0]

        name = asked_by(ORGANIZATIONS, "name", project)
        return await self._learnt.once(("organization", project), asked)

    async def choices(self, list: str) -> Sequence[Wire]:
        return await self._learnt.once((list,), lambda: self.glue.all(f"/{list}"))

    async def _first(self) -> Page:
        """A key of another region is not accepted here, and is there."""
        try:
            return await self.glue.page(ORGANIZATIONS.path, 1, 1)
        except (RecordGone, SentElsewhere) as error:
            raise NotSuchSystem(NO_GLUE, detail=error.detail) from None
        except CredentialRejected as rejected:
            for name, api in {"": AMERICA, **REGIONS}.items():
                if api != self.glue.api and await self._is_at_home(api):
                    words = ANOTHER_REGION.format(f".{name}" if name else "")
                    raise CredentialRejected(words, detail=rejected.detail) from None
            raise

    async def _is_at_home(self, api: str) -> bool:
        try:
            await Glue(self._out, api).page(ORGANIZATIONS.path, 1, 1)
        except RemoteError:
            return False
        return True

    def _account(self, page: Page) -> Sequence[str]:
        """Addresses of records name it; nothing else does."""
        told = [str(it["attributes"].get("resource-url") or "") for it in page.rows]
        hosts = {urlsplit(it).hostname for it in told} - {None, urlsplit(self._out.address).hostname}
        return [ANOTHER_ACCOUNT.format(it) for it in hosts]

    async def _with_choices(self, field: FieldFacts, section: Section) -> FieldFacts:
        if field.name not in section.lists:
            return field
        rows = await self.choices(section.lists[field.name])
        names = {id_of(it): str(it["attributes"]["name"]) for it in rows}
        return replace(field, choices=tuple(names), choice_labels=names)


def _person(row: Wire) -> Person:
    told: dict[str, Any] = row["attributes"]
    parts = (told.get("first-name"), told.get("last-name"))
    name = " ".join(it for it in parts if it) or told.get("name") or told["email"]
    return Person(id_of(row), name, told.get("email"))


def asked_by(section: Section, name: str, value: object) -> tuple[str, str] | None:
    """None if a list can't be asked for it: between commas stand several values."""
    if name not in section.searched or value is None or "," in str(value):
        return None
    return f"filter[{section.searched[name]}]", str(value)


def _filter(condition: Condition, section: Section) -> tuple[str, str] | None:
    exact = condition.operator == "==" and condition.field
    return asked_by(section, condition.field, condition.values[0]) if exact else None
