"""What a company's xMatters offers, and what Syncline's account may do there."""

from collections.abc import Sequence

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.connectors.understanding import understood
from syncline_common.connectors.xmatters.client import Company, shape_of
from syncline_common.connectors.xmatters.columns import PROPERTY, SHAPES, Column
from syncline_common.connectors.xmatters.records import property_names, to_person
from syncline_common.errors import PermissionMissing, RecordFault
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import Counted, Found, Out, Person, Project, Survey, WebhookWay

CAN_NOT_WRITE = "Syncline's account may not create people; give it the role REST Web Service User"
SEES_SOME = (
    "Syncline's account sees {total} people, where {active} licences are in use: it sees whom it supervises. "
    "Give it the role REST Web Service User"
)
NO_QUOTAS = "Licences can't be read, so whether it sees everybody is not known"


@understood
class XMattersSurveyor:
    def __init__(self, out: Out, learnt: Learnt | None = None) -> None:
        self.company, self._learnt = Company(out), learnt or Learnt()

    async def survey(self) -> Survey:
        total = (await self.company.page("people", limit=1)).total
        if not await self.company.may_create():
            raise PermissionMissing(CAN_NOT_WRITE)
        findings = await self._about_licences(total)
        return Survey("", True, findings, Found(webhooks=WebhookWay.NONE))

    async def projects(self) -> Sequence[Project]:
        return []

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        return [StreamFacts(name, it.label) for name, it in SHAPES.items()]

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]:
        """Custom fields are set up in pages of the vendor's that can't be asked: those that have a value show."""
        facts = [await self._facts(it) for it in shape_of(stream).columns]
        if stream != "people":
            return facts
        return [*facts, *(FieldFacts(f"{PROPERTY}{it}", it) for it in await self.properties())]

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        return [to_person(it) for it in await self.company.search(text)] if text.strip() else []

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        asked = {it.source: _asked(it, shape_of(stream).filters) for it in conditions}
        params = dict(it for it in asked.values() if it is not None)
        if len(params) < sum(it is not None for it in asked.values()):
            params, asked = {}, dict.fromkeys(asked)  # two about one field
        left_out = tuple(source for source, it in asked.items() if it is None)
        page = await self.company.page(stream, params=params, limit=1)
        return Counted(page.total, left_out=left_out)

    async def properties(self) -> Sequence[str]:
        """Names of custom fields that somebody has a value in, of the first people there are."""
        return await self._learnt.once(("properties",), self._ask_properties)

    async def _ask_properties(self) -> Sequence[str]:
        return property_names((await self.company.page("people")).rows)

    async def _facts(self, column: Column) -> FieldFacts:
        labels = await self._choices(column.chosen_from) if column.chosen_from else {}
        return FieldFacts(
            name=column.name,
            label=column.label,
            type=column.type,
            writable=column.writable,
            required_on_create=column.required,
            choices=tuple(labels) if column.chosen_from else column.choices,
            nullable=column.nullable,
            choice_labels={id: it for id, it in labels.items() if it != id},
        )

    async def _choices(self, name: str) -> dict[str, str]:
        rows = await self.company.setup(name)
        return {str(it["name" if name == "device-names" else "id"]): str(it["name"]) for it in rows}

    async def _about_licences(self, total: int) -> tuple[str, ...]:
        """Whoever sees not everybody is told of none that is missing: it looks like a smaller company."""
        try:
            told = await self.company.quotas()
        except (PermissionMissing, RecordFault):
            return (NO_QUOTAS,)
        active = sum(int((told.get(it) or {}).get("active") or 0) for it in ("fullUsers", "stakeholderUsers"))
        return (SEES_SOME.format(total=total, active=active),) if active > total else ()


def _asked(condition: Condition, filters: Sequence[str]) -> tuple[str, str] | None:
    if condition.operator != "==" or condition.field not in filters:
        return None
    return condition.field, str(condition.values[0])
