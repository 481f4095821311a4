"""What the connections service asks while a connection is made: tickets, ends, and the nodes that come of them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field, model_validator

from syncline_common.api.auth import ByService
from syncline_common.api.drafts import Draft, Name
from syncline_common.api.problems import problems
from syncline_common.errors import AlreadyDone, InUse, NotFound
from syncline_common.schemas.caller import ActorKind, Caller, Role
from syncline_registry.actions import ends
from syncline_registry.actions.addresses import Named
from syncline_registry.actions.nodes import as_service
from syncline_registry.actions.registration import Entry
from syncline_registry.actions.systems import Removal, remove_system
from syncline_registry.actions.webhooks import undo_before_removal
from syncline_registry.api.checks import Auth, CheckView, Kind, ProblemView, Url
from syncline_registry.api.internal_routes import InServiceTx, internal_routes
from syncline_registry.api.systems import TicketText
from syncline_registry.own import ByDatabase, ByOwn

router = internal_routes()
Key = Annotated[str, Field(min_length=1, max_length=120)]


class CallerDraft(Draft):
    """On whose behalf; it stands in the audit log."""

    id: UUID
    role: Role
    name: str = Field(default="", max_length=320)
    network_ids: list[UUID] | None = None
    kind: ActorKind = "person"

    def of(self, account_id: UUID) -> Caller:
        granted = None if self.network_ids is None else frozenset(self.network_ids)
        return Caller(account_id, self.id, self.role, granted, self.kind, self.name)


class BehalfDraft(Draft):
    account_id: UUID
    caller: CallerDraft
    network_id: UUID

    def who(self) -> Caller:
        return self.caller.of(self.account_id)


class TicketDraft(BehalfDraft):
    url: Url
    kind: Kind | None = None
    auth: Auth


class TicketView(BaseModel):
    ticket: str
    kind: str
    url: str
    expires_at: datetime


class EndDraft(Draft):
    system_id: UUID | None = None
    url: Url | None = None
    kind: Kind | None = None
    ticket: TicketText | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> "EndDraft":
        if (self.system_id is None) == (self.url is None):
            raise ValueError("either a system_id or a url")
        return self


class EndQuestion(BehalfDraft):
    end: EndDraft

    def place(self) -> ends.End:
        return ends.End(self.network_id, **self.end.model_dump())


class EndView(BaseModel):
    system_id: UUID | None
    node_id: UUID | None
    kind: str
    url: str
    name: str
    state: Literal["in_network", "in_other_network", "new"]
    identity: str | None

    @classmethod
    def of(cls, place: ends.Place) -> "EndView":
        return cls(
            system_id=place.there.id if place.there else None,
            node_id=place.node.id if place.node else None,
            kind=place.kind,
            url=place.url,
            name=place.name,
            state=place.state.value,
            identity=place.identity or None,
        )


class EndCheckView(BaseModel):
    ok: bool
    identity: str | None
    can_write: bool | None
    findings: list[str]
    problems: list[ProblemView]


class NodeDraft(EndQuestion):
    key: Key = Field(description="The same for each repetition of one request.")
    name: Name | None = None


class MadeNodeView(BaseModel):
    system_id: UUID
    node_id: UUID
    created_system: bool
    created_node: bool
    name: str
    kind: str
    url: str


@router.post("/tickets", status_code=201, responses=problems(NotFound), dependencies=[ByService])
async def make_ticket(draft: TicketDraft, own: ByOwn, tx: InServiceTx) -> TicketView:
    """A raw credential becomes a ticket, so that nobody else has to keep it. It has not been tried."""
    named = Named(draft.network_id, draft.url, draft.kind)
    ticket, text = await ends.exchange(tx, own, draft.who(), named, draft.auth)
    return TicketView(ticket=text, kind=ticket.kind, url=ticket.url, expires_at=ticket.expires_at)


@router.post("/ends", responses=problems(NotFound, AlreadyDone), dependencies=[ByService])
async def find_end(question: EndQuestion, tx: InServiceTx) -> EndView:
    """What an end is, before anything is made of it."""
    return EndView.of(await ends.find_end(tx, question.who(), question.place()))


@router.post("/ends/check", responses=problems(NotFound, AlreadyDone), dependencies=[ByService])
async def check_end(question: EndQuestion, own: ByOwn, db: ByDatabase) -> EndCheckView:
    """Proves its credential now."""
    view = CheckView.of(await ends.check_end(db, own, question.who(), question.place()))
    return EndCheckView.model_validate(view, from_attributes=True)


@router.post("/nodes", responses=problems(NotFound, AlreadyDone), dependencies=[ByService])
async def make_node(draft: NodeDraft, response: Response, own: ByOwn, tx: InServiceTx) -> MadeNodeView:
    """System and node, at most once, whatever is repeated. The ticket's secret becomes the node's."""
    entry = Entry(draft.network_id, draft.name, draft.key)
    made = await ends.make_node(tx, own, draft.who(), draft.place(), entry)
    response.status_code = 201 if made.made_node else 200
    return MadeNodeView(
        system_id=made.system.id,
        node_id=made.node.id,
        created_system=made.made_system,
        created_node=made.made_node,
        name=made.node.name,
        kind=made.system.kind,
        url=made.system.url,
    )


@router.delete(
    "/systems/{system_id}", status_code=204, responses=problems(NotFound, InUse), dependencies=[ByService]
)
async def take_away(
    system_id: UUID,
    account_id: Annotated[UUID, Query()],
    network_id: Annotated[UUID, Query()],
    own: ByOwn,
    db: ByDatabase,
    connection_id: Annotated[UUID | None, Query()] = None,
) -> None:
    """From this network, unless another connection uses it there; with its last node the system goes."""
    removal = Removal(system_id, network_id, connection_id)
    who = as_service(account_id, "connections")
    await undo_before_removal(db, own, who, removal)
    async with db.begin() as tx:
        await remove_system(tx, own, who, removal)
