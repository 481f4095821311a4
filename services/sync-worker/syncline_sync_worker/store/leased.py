"""Claiming rows under a lease: the same statement for every table whose rows have owners."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, Update, bindparam, or_, select, update

from syncline_common.db.tx import Tx
from syncline_sync_worker.domain.lease import Held, LeaseLost

FREE: dict[str, Any] = {"lease_owner": None, "lease_until": None}


def claiming(key: Column[Any], ready: ColumnElement[bool]) -> Update:
    """What `claim` executes. `ready` may speak of the parameter `now`."""
    table = _table(key)
    is_free = or_(table.c.lease_until.is_(None), table.c.lease_until <= bindparam("now"))
    free = select(key).where(ready, is_free).order_by(key).limit(bindparam("at_most"))
    picked = free.with_for_update(skip_locked=True).cte("picked")
    taken = {
        "lease_owner": bindparam("claimant"),
        "lease_epoch": table.c.lease_epoch + 1,
        "lease_until": bindparam("until"),
    }
    return update(table).where(key.in_(select(picked.c[key.name]))).values(taken).returning(table)


async def claim(
    tx: Tx,
    claiming: Update,
    limit: int,
    owner: str,
    seconds: float,
    which: Mapping[str, Any] = MappingProxyType({}),
) -> list[Row[Any]]:
    """Those ready that nobody has, or whose owner's time is over; what others claim at the moment is left to them."""
    now = await tx.now()
    facts = {"now": now, "at_most": limit, "claimant": owner, "until": now + timedelta(seconds=seconds)}
    return list((await tx.session.execute(claiming, {**which, **facts})).all())


def changing(key: Column[Any], *conditions: ColumnElement[bool]) -> Update:
    """What `change` executes; the columns are set by what it is given."""
    table = _table(key)
    mine = (table.c.lease_owner == bindparam("holder")) & (table.c.lease_epoch == bindparam("held_epoch"))
    return update(table).where(key == bindparam("this"), mine, *conditions).returning(key)


async def change(tx: Tx, changing: Update, this: Any, held: Held, changes: dict[str, Any]) -> None:
    """`LeaseLost` if another has it by now: then nothing is changed."""
    which = {"this": this, "holder": held.owner, "held_epoch": held.epoch}
    if (await tx.session.execute(changing, {**which, **changes})).first() is None:
        raise LeaseLost("Another worker has taken this over")


def held_of(row: Row[Any]) -> Held | None:
    if row.lease_owner is None:
        return None
    return Held(row.lease_owner, row.lease_epoch, row.lease_until)


def _table(key: Column[Any]) -> Table:
    assert isinstance(key.table, Table)
    return key.table
