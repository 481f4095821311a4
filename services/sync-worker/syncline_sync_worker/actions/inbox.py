"""What people decide about what was set aside, and about conflicts: one at a time, or all with one cause."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from syncline_common.audit.log import record
from syncline_common.db.tx import Tx
from syncline_common.errors import FieldFault, Forbidden, Invalid, NotFound
from syncline_common.schemas.caller import Caller
from syncline_common.schemas.connector import Priority
from syncline_common.schemas.values import UNSET, Side
from syncline_sync_worker.domain.report import Conflict, IssueState
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.domain.work import Offer, Reason
from syncline_sync_worker.store.inbox_store import ConflictFilter, Given, InboxStore, IssueFilter, OwnedIssue
from syncline_sync_worker.store.link_store import LinkStore
from syncline_sync_worker.store.work_store import WorkStore

SORTS: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
}
SCALARS = ("text", "a number", "true or false")
AT_ONCE = 5000  # of one call; whoever has more calls again


async def retry_issues(tx: Tx, caller: Caller, which: IssueFilter) -> int:
    """Their records are looked at again at once."""
    found = await _issues(tx, caller, which, IssueState.RETRYING)
    now = await tx.now()
    offers: dict[ConnectionRef, list[Offer]] = defaultdict(list)
    for it in found:
        at = it.issue
        offers[it.connection].append(Offer(at.flow_id, at.side, at.record, Reason.PERSON, now, Priority.USER))
    await _offer(tx, offers)
    await _record(tx, caller, "issue.retried", [it.issue.id for it in found])
    return len(found)


async def ignore_issues(tx: Tx, caller: Caller, which: IssueFilter) -> int:
    """They are told no more, and stay so when they come again."""
    found = await _issues(tx, caller, which, IssueState.IGNORED)
    await _record(tx, caller, "issue.ignored", [it.issue.id for it in found])
    return len(found)


async def resolve_conflicts(tx: Tx, caller: Caller, which: ConflictFilter, choice: Side | Given) -> int:
    """The pair is planned again as if only the chosen side had changed, or both get the given value.

    All values stay on record.
    """
    _may_change(caller)
    store = InboxStore(tx, caller)
    found = await store.conflicts_for_change(which, AT_ONCE)
    _all_there(which.ids, {it.conflict.id for it in found}, "conflict")
    if isinstance(choice, Given):
        _require_alike(choice, [it.conflict for it in found])
    await store.choose([it.conflict.id for it in found], choice)
    by_connection: dict[ConnectionRef, set[UUID]] = defaultdict(set)
    for it in found:
        by_connection[it.connection].add(it.conflict.link_id)
    await _offer(tx, {at: await _pairs(tx, at, links) for at, links in by_connection.items()})
    await _record(
        tx,
        caller,
        "conflict.resolved",
        [it.conflict.id for it in found],
        choice.value if isinstance(choice, Side) else "a value",
    )
    return len(found)


async def _issues(tx: Tx, caller: Caller, which: IssueFilter, state: IssueState) -> Sequence[OwnedIssue]:
    _may_change(caller)
    store = InboxStore(tx, caller)
    found = await store.issues_for_change(which, AT_ONCE)
    _all_there(which.ids, {it.issue.id for it in found}, "issue")
    await store.move_issues([it.issue.id for it in found], state)
    return found


async def _pairs(tx: Tx, connection: ConnectionRef, links: Iterable[UUID]) -> list[Offer]:
    found = await LinkStore(tx, connection).by_ids(list(links))
    now = await tx.now()
    return [Offer(it.flow_id, Side.A, it.a, Reason.PERSON, now, Priority.USER) for it in found.values()]


async def _offer(tx: Tx, offers: Mapping[ConnectionRef, Sequence[Offer]]) -> None:
    for connection in sorted(offers):
        await WorkStore(tx).offer(connection, offers[connection])


def _require_alike(given: Given, conflicts: Sequence[Conflict]) -> None:
    """A value is given in side a's words: of the kind that side a holds, or nothing, which empties both."""
    for it in conflicts:
        held = [_sort(one) for one in (it.value_a, it.base_a) if one is not None and one is not UNSET]
        if given.value is not None and _sort(given.value) not in (held or SCALARS):
            raise Invalid(
                "The value does not fit this field", FieldFault("/value", f"{(held or SCALARS)[0]} is needed")
            )


def _sort(value: object) -> str:
    return SORTS.get(type(value), "an object")


def _may_change(caller: Caller) -> None:
    if caller.role == "viewer":
        raise Forbidden("Viewers can't change anything")


def _all_there(wanted: Sequence[UUID], found: set[UUID], noun: str) -> None:
    if set(wanted) - found:
        raise NotFound(f"There is no such {noun}")


async def _record(tx: Tx, caller: Caller, action: str, ids: Sequence[UUID], choice: str = "") -> None:
    noun = action.partition(".")[0]
    for it in ids:
        await record(tx, caller, action, noun=noun, noun_id=it, after={"choice": choice or action})
