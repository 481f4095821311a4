"""Every query about Builds: who does which, how far they are, and how long their steps usually take."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import NotFound
from syncline_connections.domain.build import Build
from syncline_connections.domain.lease import Held
from syncline_connections.store.tables import build as table
from syncline_connections.store.tables import build_progress, step_estimate

NEWEST = 0.3  # how much the newest build weighs in an estimate
LONGEST = 600.0  # seconds; more is an accident, not an experience


class BuildStore:
    def __init__(self, tx: ReadTx, account_id: UUID) -> None:
        self._session, self._account_id = tx.session, account_id

    async def add(self, build: Build) -> None:
        self._session.add(build)
        await self._session.flush()

    async def get(self, connection_id: UUID, *, for_change: bool = False) -> Build:
        mine = select(Build).where(
            table.c.account_id == self._account_id, table.c.connection_id == connection_id
        )
        query = mine.with_for_update().execution_options(populate_existing=True) if for_change else mine
        found: Build | None = await self._session.scalar(query)
        if found is None:
            raise NotFound("There is no such connection")
        return found

    async def note(self, build: Build, body: Mapping[str, Any]) -> None:
        """The next line of its progress. Its row is locked, so that lines appear in order and without gaps."""
        build.position += 1
        key = {"account_id": build.account_id, "connection_id": build.connection_id}
        row = {**key, "position": build.position, "body": dict(body)}
        await self._session.execute(build_progress.insert(), [row])
        await self._session.flush()

    async def after(self, connection_id: UUID, position: int) -> Sequence[Any]:
        its = (build_progress.c.account_id == self._account_id) & (
            build_progress.c.connection_id == connection_id
        )
        query = select(build_progress.c.position, build_progress.c.body).where(
            its, build_progress.c.position > position
        )
        return (await self._session.execute(query.order_by(build_progress.c.position).limit(100))).all()

    async def usual(self) -> dict[str, float]:
        """Seconds by step, as learnt in this account."""
        query = select(step_estimate.c.step, step_estimate.c.seconds)
        rows = await self._session.execute(query.where(step_estimate.c.account_id == self._account_id))
        return {row.step: row.seconds for row in rows}

    async def learn(self, tx: Tx, took: Mapping[str, float]) -> None:
        make = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
        new = make(step_estimate)
        known = {
            "seconds": step_estimate.c.seconds * (1 - NEWEST) + new.excluded.seconds * NEWEST,
            "builds": step_estimate.c.builds + 1,
        }
        upsert = new.on_conflict_do_update(index_elements=["account_id", "step"], set_=known)
        rows = [
            {
                "account_id": self._account_id,
                "step": step,
                "seconds": min(it, LONGEST),
                "builds": 1,
            }
            for step, it in sorted(took.items())
        ]
        if rows:
            await self._session.execute(upsert, rows)


async def has_due_build(tx: ReadTx) -> bool:
    return (await tx.session.execute(_due(await tx.now()).limit(1))).first() is not None


def _due(at: datetime) -> Select[tuple[UUID, UUID]]:
    """Those that nobody has, or whose owner's time is over."""
    free = or_(table.c.lease_until.is_(None), table.c.lease_until <= at)
    return select(table.c.account_id, table.c.connection_id).where(table.c.due_at <= at, free)


async def claim_build(tx: Tx, owner: str, seconds: float) -> tuple[UUID, UUID, Held] | None:
    """One that is due, the longest waiting first; of any account."""
    at = await tx.now()
    picked = _due(at).order_by(table.c.due_at).limit(1).with_for_update(skip_locked=True).cte("picked")
    key = tuple_(table.c.account_id, table.c.connection_id)
    taken = {
        "lease_owner": owner,
        "lease_epoch": table.c.lease_epoch + 1,
        "lease_until": at + timedelta(seconds=seconds),
    }
    claim = update(table).where(key.in_(select(picked.c.account_id, picked.c.connection_id))).values(taken)
    claim = claim.returning(table.c.account_id, table.c.connection_id, table.c.lease_epoch)
    row = (await tx.session.execute(claim.execution_options(synchronize_session=False))).first()
    return None if row is None else (row.account_id, row.connection_id, Held(owner, row.lease_epoch))


async def renew_build(tx: Tx, account_id: UUID, connection_id: UUID, held: Held, seconds: float) -> bool:
    """False if another has it by now."""
    this = (table.c.account_id == account_id) & (table.c.connection_id == connection_id)
    mine = (table.c.lease_owner == held.owner) & (table.c.lease_epoch == held.epoch)
    until = await tx.now() + timedelta(seconds=seconds)
    renewed = update(table).where(this, mine).values(lease_until=until).returning(table.c.connection_id)
    return (await tx.session.execute(renewed)).first() is not None
