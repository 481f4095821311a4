"""What an organization of Azure DevOps offers, and what the token may do there."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.connectors.azure_devops.client import Boards, Wire
from syncline_common.connectors.azure_devops.queries import any_of, latest_of, said, scoped
from syncline_common.connectors.azure_devops.records import (
    GIVEN_A_VALUE,
    OF_THE_RECORD,
    PLACES,
    STAMPS,
    to_type,
)
from syncline_common.connectors.understanding import understood
from syncline_common.errors import CredentialRejected, PermissionMissing, RecordRejected
from syncline_common.schemas.values import FieldType
from syncline_common.sdk.ports import Counted, Found, Out, Person, Project, Survey, WebhookWay
from syncline_common.sdk.trial import on_trial

MARKER_FIELD = "Custom.SynclineId"
PROBED = 10  # projects; each costs two requests
PROBE: list[Wire] = [{"op": "add", "path": "/fields/System.Title", "value": "probe"}]
NO_PROJECT = "The token's owner sees no project; add them to one"
READ = "The token can't read work items; it needs the scope Work Items (read & write)"
WRITE = "The token can't write work items; it needs the scope Work Items (read & write)"
NO_CONTRIBUTOR = "The token's owner may not write in any project; make them a Contributor"
TEAMS = "The token can't list people; it needs the scope Project and Team (read)"
NAMED_IN = ("System.AssignedTo", "System.CreatedBy", "System.ChangedBy")
MOST_COUNTED = 19_999  # of 20,000 and more, the vendor answers none
LATEST = 200  # records of a project in which people are looked for, where they can't be listed


@understood
class AzureDevOpsSurveyor:
    def __init__(self, out: Out) -> None:
        self.boards = Boards(out)

    async def survey(self) -> Survey:
        """Three steps: the token, reading, writing. The last one only has a record validated."""
        names = [it["name"] for it in await self.boards.projects()]
        if not names:
            raise PermissionMissing(NO_PROJECT)
        async with self._scope(READ):
            await self.boards.ask(any_of(names[0]), top=1)
        closed = [it for it in names[:PROBED] if not await self._may_write(it)]
        if len(closed) == len(names[:PROBED]):
            raise PermissionMissing(NO_CONTRIBUTOR)
        findings = tuple(f"Nothing can be written in {it}" for it in closed)
        return Survey("", can_write=True, findings=findings, found=await self._found_markers(names[:PROBED]))

    async def _found_markers(self, projects: Sequence[str]) -> Found:
        """A type takes the field only if an administrator has added it there: in each project that has the type."""
        none = Found(webhooks=WebhookWay.API)
        if not any(it["referenceName"] == MARKER_FIELD and _is_text(it) for it in await self.boards.fields()):
            return none
        taken, missing = set[str](), set[str]()
        for project in projects:
            for kind in [it["name"] for it in await self.boards.types(project)]:
                fields = await self.boards.fields_of(project, kind)
                has_it = any(it["referenceName"] == MARKER_FIELD for it in fields)
                (taken if has_it else missing).add(kind)
        streams = tuple(sorted(taken - missing))
        return replace(none, marker_field=MARKER_FIELD, marker_streams=streams) if streams else none

    async def _may_write(self, project: str) -> bool:
        async with self._scope(READ):
            types = await self.boards.types(project)
        if not types:
            return False
        async with self._scope(WRITE):
            try:
                await self.boards.create(project, types[0]["name"], PROBE, only_validate=True)
            except PermissionMissing:
                return False  # the token may, its owner may not
            except RecordRejected:
                return True  # a rule of the process speaks
        return True

    @asynccontextmanager
    async def _scope(self, message: str) -> AsyncIterator[None]:
        """A missing scope is answered as a wrong token is: projects can be listed with every token that works."""
        try:
            with on_trial():
                yield
        except CredentialRejected as error:
            await self.boards.projects()
            raise PermissionMissing(message, detail=error.detail) from None

    async def projects(self) -> Sequence[Project]:
        return [Project(it["id"], it["name"]) for it in await self.boards.projects()]

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        names = [project] if project else [it.name for it in await self.projects()]
        found = dict[str, list[str]]()
        for name in names:
            for it in await self.boards.types(name):
                found.setdefault(it["name"], []).append(name)
        return [StreamFacts(name, name, projects=tuple(where)) for name, where in sorted(found.items())]

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]:
        """Without a project there is no telling which are required, and what may be chosen."""
        everywhere = [it for it in await self.boards.fields() if it["referenceName"] not in OF_THE_RECORD]
        if project is None:
            return [_facts(it, {}) for it in everywhere]
        here = {it["referenceName"]: it for it in await self.boards.fields_of(project, stream)}
        return [_facts(it, here[it["referenceName"]]) for it in everywhere if it["referenceName"] in here]

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        """Members of the projects' teams whose name or address has `text` in it.

        A token without the scope for teams sees those who are named in the records that changed last.
        """
        projects = [project] if project else [it.name for it in await self.projects()]
        found = await self._listed(projects)
        if found is None:
            found = await self._listed(projects)  # a refusal that passes is no missing scope
        if found is None:
            found = await self._named(projects)
        wanted = text.casefold()
        return [it for it in found.values() if wanted in f"{it.name} {it.key}".casefold()]

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        """A question is answered with ids alone, and with so many at most."""
        kinds = (
            {it["referenceName"]: str(it.get("type")) for it in await self.boards.fields()}
            if conditions
            else {}
        )
        told = {it.source: said(it, kinds.get(it.field)) for it in conditions}
        question = scoped(stream, projects, [it for it in told.values() if it is not None])
        ids, _ = await self.boards.ask(question, top=MOST_COUNTED)
        left_out = tuple(source for source, it in told.items() if it is None)
        return Counted(len(ids), len(ids) >= MOST_COUNTED, left_out)

    async def _listed(self, projects: Sequence[str]) -> dict[str, Person] | None:
        """None if the token can't list teams."""
        try:
            async with self._scope(TEAMS):
                return await self._members(projects)
        except PermissionMissing:
            return None

    async def _members(self, projects: Sequence[str]) -> dict[str, Person]:
        found = dict[str, Person]()
        for name in projects:
            for team in await self.boards.teams(name):
                for it in await self.boards.members(name, team["id"]):
                    person = _person(it["identity"])
                    found[person.key] = person
        return found

    async def _named(self, projects: Sequence[str]) -> dict[str, Person]:
        found = dict[str, Person]()
        for name in projects:
            ids, _ = await self.boards.ask(latest_of(name), top=LATEST)
            for record in await self.boards.items([str(it) for it in ids], NAMED_IN) if ids else []:
                people = [_person(it) for it in record["fields"].values() if _is_identity(it)]
                found.update({it.key: it for it in people})
        return found


def _is_text(field: Wire) -> bool:
    return field.get("type") == "string" and not field.get("readOnly")


def _facts(field: Wire, here: Wire) -> FieldFacts:
    name, type = field["referenceName"], to_type(field)
    return FieldFacts(
        name=name,
        label=field["name"],
        type=type,
        writable=name in PLACES or not (name in STAMPS or field.get("readOnly", False)),
        required_on_create=bool(here.get("alwaysRequired"))
        and not (here.get("defaultValue") or field.get("readOnly") or name in GIVEN_A_VALUE),
        choices=None if type is FieldType.PERSON else _choices(here.get("allowedValues") or ()),
        nullable=not here.get("alwaysRequired", False),
    )


def _choices(allowed: Sequence[object]) -> tuple[str, ...] | None:
    """Numbers may be written as such."""
    return tuple(str(it) for it in allowed if isinstance(it, str | int | float)) or None


def _is_identity(value: object) -> bool:
    return isinstance(value, dict) and "displayName" in value


def _person(identity: Wire) -> Person:
    """A service or somebody who has left may be without a unique name."""
    unique = identity.get("uniqueName") or identity["displayName"]
    return Person(unique, identity["displayName"], unique if "@" in unique else None, unique)
