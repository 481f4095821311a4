"""What somebody sends who asks for a run, and what must be known before it is taken on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request
from pydantic import ConfigDict, Field

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft
from syncline_common.api.transactions import InTxLater, Later
from syncline_common.clients.connections import ConnectionFacts
from syncline_common.errors import FieldFault, Invalid
from syncline_sync_worker.actions.runs import visible_task
from syncline_sync_worker.own import own_of

Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
MOST_DAYS = 90


class ChosenRecord(Draft):
    side: Literal["a", "b"]
    stream: Text
    id: Text


class RunDraft(Draft):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"connection_id": "01900000-0000-7000-8000-000000000001", "kind": "test", "sample": 5},
                {"connection_id": "01900000-0000-7000-8000-000000000001", "kind": "replay", "replay_days": 7},
            ]
        }
    )

    connection_id: UUID
    kind: Literal["manual", "test", "replay", "reconcile"] = "manual"
    records: list[ChosenRecord] = Field(
        default=[], max_length=200, description="Only these; none: all, or a sample."
    )
    sample: int | None = Field(
        default=None, ge=1, le=100, description="Of a test run: newest records a side."
    )
    replay_days: int | None = Field(
        default=None, ge=1, le=MOST_DAYS, description="Of a replay, which needs it: how far back it looks."
    )

    def require_sense(self) -> None:
        """Invalid, with a pointer to what does not go with its kind."""
        if self.kind == "replay" and self.replay_days is None:
            fault = FieldFault("/replay_days", "is needed", f"a number of days, 1 to {MOST_DAYS}")
            raise Invalid("Say how many days are to be replayed", fault)
        if self.replay_days is not None and self.kind != "replay":
            raise Invalid("Only a replay has days", FieldFault("/replay_days", "leave it out"))
        if self.sample is not None and self.kind != "test":
            raise Invalid("Only a test run takes a sample", FieldFault("/sample", "leave it out"))
        if self.records and self.kind == "reconcile":
            fault = FieldFault("/records", "leave them out, or choose the kind manual")
            raise Invalid("Reconciling looks at all records", fault)
        if self.records and self.kind == "replay":
            fault = FieldFault("/records", "leave them out, or choose the kind test")
            raise Invalid("A replay looks at all records that have changed", fault)

    def require_known(self, configuration: Mapping[str, Any]) -> None:
        """Invalid if a chosen record is of a type that no flow of the configuration has on that side."""
        known = {side: sorted(set(_streams(configuration, side))) for side in ("a", "b")}
        faults = [
            FieldFault(
                f"/records/{at}/stream",
                f"no flow has the record type {it.stream} on side {it.side}",
                f"one of {', '.join(known[it.side])}" if known[it.side] else None,
            )
            for at, it in enumerate(self.records)
            if it.stream not in known[it.side]
        ]
        if faults:
            raise Invalid("Not all of the chosen records are in a flow", *faults)

    def ask(self) -> dict[str, Any]:
        chosen = {"records", "sample", "replay_days"}
        return self.model_dump(mode="json", include=chosen, exclude_none=True)


def _streams(configuration: Mapping[str, Any], side: str) -> Iterator[str]:
    """Of a draft that may be malformed."""
    flows = configuration.get("flows")
    for flow in flows if isinstance(flows, Sequence) else ():
        end = flow.get(side) if isinstance(flow, Mapping) else None
        if isinstance(end, Mapping) and isinstance(end.get("stream"), str):
            yield end["stream"]


@dataclass(frozen=True, slots=True)
class Asked:
    draft: RunDraft
    facts: ConnectionFacts | None  # of what is about the draft
    later: Later


async def asked(request: Request, draft: RunDraft, caller: ByCaller, later: InTxLater) -> Asked:
    """Before the transaction begins. What is about the draft needs no published version, so its owner is asked."""
    draft.require_sense()
    home, own = request.app.state.home, own_of(request.app.state.home)
    if draft.kind in ("test", "replay"):
        facts = await own.connections.state(caller.account_id, draft.connection_id)
        caller.change(facts.network_id)
        if draft.records:
            found = await own.connections.draft(caller.account_id, draft.connection_id)
            draft.require_known(found.configuration)
        return Asked(draft, facts, later)
    if draft.records:
        async with home.database.read() as tx:
            task = await visible_task(tx, caller, draft.connection_id)
        draft.require_known(await own.tools.flows.document(task.connection, task.version))
    return Asked(draft, None, later)
