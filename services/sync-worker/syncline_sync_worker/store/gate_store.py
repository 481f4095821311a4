"""The gate's state in the database, so that all workers are one to a vendor."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import bindparam, select, update

from syncline_common.db.tx import Database, ReadTx, Tx
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.gate import Budget, Grant, Share
from syncline_common.sdk.gate_state import GateState
from syncline_sync_worker.store.tables import gate as table

Move = Callable[[GateState, float], GateState]

NAMES = tuple(it.name for it in fields(GateState))
THIS = table.c.key == bindparam(
    "this"
)  # made once: a statement that is built anew costs as much as its execution
LOCKED = select(*(table.c[name] for name in NAMES)).where(THIS).with_for_update()
SAVE = update(table).where(THIS)


class GateStore:
    def __init__(self, tx: Tx) -> None:
        self._tx, self._session = tx, tx.session

    async def locked(self, key: str) -> GateState:
        """Nobody else changes it until the end of this transaction."""
        this = {"this": key}
        row = (await self._session.execute(LOCKED, this)).one_or_none()
        if row is None:
            await self._session.execute(self._tx.insert_new(table), [{"key": key, **_as_row(GateState())}])
            row = (await self._session.execute(LOCKED, this)).one()
        return GateState(*row)

    async def save(self, key: str, state: GateState) -> None:
        await self._session.execute(SAVE, {"this": key, **_as_row(state)})


def _as_row(state: GateState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in NAMES}


async def gates(tx: ReadTx, keys: Sequence[str]) -> Mapping[str, GateState]:
    """Those that anybody has gone through yet, as workers do."""
    names = [f"{Share.WORK.value}:{key}" for key in keys]
    rows = await tx.session.execute(select(table).where(table.c.key.in_(names)))
    return {row.key.partition(":")[2]: GateState(*(getattr(row, name) for name in NAMES)) for row in rows}


class StoredGate:
    """A `Gate`. Each call is a short transaction of its own; calls that went well are told with the next `take`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._went_well: Counter[str] = Counter()
        self._probing: set[str] = set()

    async def take(self, budget: Budget, chunk: int, priority: Priority) -> Grant:
        async with self._db.begin() as tx:
            store, now = GateStore(tx), (await tx.now()).timestamp()
            before = await store.locked(_key(budget))
            told = self._told(before, now, budget, failures=0)
            after, grant = told.take(now, budget, chunk, priority)
            if after != before:
                await store.save(_key(budget), after)
        if grant.probe:
            self._probing.add(budget.key)
        return grant

    async def slow_down(self, budget: Budget, retry_after: float) -> None:
        await self._move(budget, lambda state, now: state.slow_down(now, retry_after))

    async def resize(self, budget: Budget, limit: int) -> None:
        await self._move(budget, lambda state, now: state.resize(limit))

    async def refuse(self, budget: Budget, name: str) -> None:
        await self._move(budget, lambda state, now: state.refuse(now, name))

    async def observe(self, budget: Budget, ok: bool) -> None:
        if ok and budget.key not in self._probing:
            self._went_well[budget.key] += 1
            return
        self._probing.discard(budget.key)
        self._went_well[budget.key] += ok
        await self._move(budget, lambda state, now: self._told(state, now, budget, failures=int(not ok)))

    def _told(self, state: GateState, now: float, budget: Budget, *, failures: int) -> GateState:
        went_well = self._went_well.pop(budget.key, 0)
        calls = went_well + failures
        return state.observe(now, calls, failures) if calls else state

    async def _move(self, budget: Budget, move: Move) -> None:
        async with self._db.begin() as tx:
            store, now = GateStore(tx), (await tx.now()).timestamp()
            await store.save(_key(budget), move(await store.locked(_key(budget)), now))


def _key(budget: Budget) -> str:
    return f"{budget.share.value}:{budget.key}"
