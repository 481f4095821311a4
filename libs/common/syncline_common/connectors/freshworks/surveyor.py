"""What an account offers, and what the key's agent may do there."""

from collections.abc import Mapping, Sequence
from typing import Any

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.connectors.freshworks.client import Desk, Wire
from syncline_common.connectors.freshworks.form_fields import facts_of, marker_among, types_of
from syncline_common.connectors.freshworks.product import Product
from syncline_common.connectors.freshworks.records import STREAM
from syncline_common.connectors.freshworks.searches import ALL, LONGEST, Types, said
from syncline_common.connectors.times import EPOCH, iso
from syncline_common.connectors.understanding import understood
from syncline_common.errors import NotSuchSystem, PermissionMissing, RecordFault
from syncline_common.sdk.answers import SentElsewhere
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import NOT_CHECKED, Counted, Found, Out, Person, Project, Survey, WebhookWay
from syncline_common.sdk.trial import on_trial

NO_AGENT = "The key is not an agent's: {label} lets only agents see tickets"
NOT_HERE = "There is no account of {label} at this address"
NO_TICKETS = "The key's agent may not see tickets"
CAN_NOT_WRITE = "The key's agent may see tickets, but not make them; give them a role that may"
NO_FIELD = (
    "There is no text field Syncline ID in the ticket form, so new tickets are known by a tag that agents see"
)
INDEXED = "Counted by the vendor's search, which is some minutes behind and knows no archived tickets"


@understood
class FreshworksSurveyor:
    product: Product

    def __init__(self, out: Out, found: Found = NOT_CHECKED, learnt: Learnt | None = None) -> None:
        self._found, self._learnt = found, learnt or Learnt()
        self.desk = Desk(out, self.product)

    async def survey(self) -> Survey:
        """Who the key's agent is, whether they see tickets and may make them. None is made."""
        me = await self._me()
        try:
            await self.desk.page({"updated_since": iso(EPOCH), "per_page": 1})
        except PermissionMissing as error:
            raise PermissionMissing(NO_TICKETS, detail=error.detail) from None
        with on_trial():
            if not await self.desk.may_write():
                raise PermissionMissing(CAN_NOT_WRITE)
        marker = self._usable(await self.desk.fields())
        found = Found(marker_field=marker, webhooks=WebhookWay.BY_HAND)
        findings = [*self.findings_of(me), *([] if marker or not self.marks_fields else [NO_FIELD])]
        return Survey(self.name_of(me), can_write=True, findings=tuple(findings), found=found)

    marks_fields = True  # a search finds what stands in a text field

    def name_of(self, me: Wire) -> str:
        raise NotImplementedError

    def findings_of(self, me: Wire) -> list[str]:
        raise NotImplementedError

    async def projects(self) -> Sequence[Project]:
        return []

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        return [StreamFacts(STREAM, "Ticket")]

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]:
        form = await self.desk.fields(await self.within([project] if project else []))
        return facts_of(form, self.product, self._usable(form))

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        raise NotImplementedError

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        types = await self.types() if conditions else {}
        told = {it.source: said(it, self.product, types) for it in conditions}
        parts = [it for it in told.values() if it is not None]
        query = " AND ".join(parts)
        if len(query) > LONGEST:
            query, told = "", dict.fromkeys(told)
        _, total = await self.desk.search(query or ALL, 1, await self.within(projects))
        left_out = tuple(source for source, it in told.items() if it is None)
        return Counted(total, left_out=(*left_out, INDEXED))

    async def within(self, projects: Sequence[str]) -> Mapping[str, Any]:
        """What is asked for besides, so that these parts of the account are meant, or all."""
        return {}

    async def types(self) -> Types:
        return await self._learnt.once(("types",), self._ask_types)

    async def _ask_types(self) -> Types:
        return types_of(await self.desk.fields())

    async def _me(self) -> Wire:
        try:
            return await self.desk.me()
        except PermissionMissing as error:
            raise PermissionMissing(NO_AGENT.format(label=self.product.label), detail=error.detail) from None
        except (RecordFault, SentElsewhere) as error:
            raise NotSuchSystem(NOT_HERE.format(label=self.product.label), detail=error.detail) from None

    def _usable(self, form: Sequence[Wire]) -> str | None:
        return marker_among(form) if self.marks_fields else None
