"""What keys seal what, over all accounts: the queries of the rotation. Two at once take different rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, delete, exists, func, not_, select, tuple_, update

from syncline_common.db.tx import ReadTx, Tx
from syncline_registry.sealing.aead import Sealed
from syncline_registry.sealing.envelope import DataKey, Place, Vault
from syncline_registry.store.data_key_store import (
    add_data_key,
    as_data_key,
    have_keks_alone,
    select_keys,
    share_keks,
)
from syncline_registry.store.secret_store import place_of, sealed_columns
from syncline_registry.store.tables import data_key, secret

KEY = tuple_(data_key.c.account_id, data_key.c.id)
SECRET = tuple_(secret.c.account_id, secret.c.owner, secret.c.owner_id, secret.c.field)
RETIRED = data_key.c.retired_at.is_not(None)
ITS_KEY = and_(data_key.c.account_id == secret.c.account_id, data_key.c.id == secret.c.data_key_id)


@dataclass(frozen=True, slots=True)
class Held:
    """A sealed value, the key that sealed it, and the account's newest, which is to."""

    place: Place
    sealed: Sealed
    old: DataKey
    new: DataKey


@dataclass(frozen=True, slots=True)
class Waiting:
    keys_to_wrap: int
    keys_to_replace: int
    secrets_to_seal: int


class RotationReads:
    def __init__(self, tx: ReadTx) -> None:
        self._session, self._tx = tx.session, tx

    async def keks(self) -> frozenset[str]:
        return frozenset(await self._session.scalars(select(data_key.c.kek_id).distinct()))

    async def one_wrapped_by(self, kek_id: str) -> DataKey | None:
        found = await self._session.execute(select_keys().where(data_key.c.kek_id == kek_id).limit(1))
        row = found.first()
        return None if row is None else as_data_key(row)

    async def waiting(self, primary: str) -> Waiting:
        keys = select(func.count()).select_from(data_key)
        secrets = select(func.count()).select_from(secret).join(data_key, ITS_KEY).where(RETIRED)
        wrapped_by_others = keys.where(data_key.c.kek_id != primary)
        counted = [await self._session.scalar(it) for it in (wrapped_by_others, keys.where(RETIRED), secrets)]
        return Waiting(*(count or 0 for count in counted))


class RotationStore(RotationReads):
    def __init__(self, tx: Tx) -> None:
        super().__init__(tx)
        self._write = tx

    async def keks_alone(self) -> bool:
        """True if until the end of this transaction nobody wraps a data key."""
        return await have_keks_alone(self._tx)

    async def retire_data_keys(self) -> None:
        now = await self._tx.now()
        await self._session.execute(update(data_key).where(not_(RETIRED)).values(retired_at=now))

    async def wrapped_by_others(self, primary: str, limit: int, after: DataKey | None) -> Sequence[DataKey]:
        await share_keks(self._tx)
        query = select_keys().where(data_key.c.kek_id != primary).order_by(*KEY)
        if after is not None:
            query = query.where(tuple_(after.account_id, after.id) < KEY)
        rows = await self._session.execute(
            query.limit(limit).with_for_update(key_share=True, skip_locked=True)
        )
        return [as_data_key(row) for row in rows]

    async def save_wrapped(self, keys: Sequence[DataKey]) -> None:
        this = and_(data_key.c.account_id == bindparam("of"), data_key.c.id == bindparam("this"))
        rows = [{"of": it.account_id, "this": it.id, "kek": it.kek_id, "blob": it.wrapped} for it in keys]
        new: dict[str, Any] = {"kek_id": bindparam("kek"), "wrapped": bindparam("blob")}
        await self._session.execute(update(data_key).where(this).values(new), rows)

    async def replace_data_keys(self, vault: Vault, limit: int) -> int:
        """In the order of accounts, so that two who do it can't block each other."""
        newest = select(data_key.c.account_id, func.max(data_key.c.id).label("id"))
        newest = newest.group_by(data_key.c.account_id).having(
            func.count() == func.count(data_key.c.retired_at)
        )
        rows = (await self._session.execute(newest.order_by(data_key.c.account_id).limit(limit))).all()
        made = [await add_data_key(self._write, vault, row.account_id, row.id + 1) for row in rows]
        return sum(made)

    async def sealed_by_retired(self, limit: int, after: Place | None) -> Sequence[Held]:
        new = data_key.alias("new")
        live = and_(new.c.account_id == secret.c.account_id, new.c.retired_at.is_(None))
        query: Select[Any] = select(*sealed_columns(), data_key.c.kek_id, data_key.c.wrapped)
        query = query.add_columns(*(new.c[it].label(f"new_{it}") for it in ("id", "kek_id", "wrapped")))
        query = query.join_from(secret, data_key, ITS_KEY).join(new, live).where(RETIRED).order_by(*SECRET)
        if after is not None:
            query = query.where(tuple_(after.account_id, after.owner, after.owner_id, after.field) < SECRET)
        rows = await self._session.execute(
            query.limit(limit).with_for_update(of=secret, key_share=True, skip_locked=True)
        )
        return [_held(row) for row in rows]

    async def save_sealed(self, sealed: Sequence[tuple[Held, Sealed]]) -> None:
        names = ("account_id", "owner", "owner_id", "field")
        this = and_(*(secret.c[name] == bindparam(f"its_{name}") for name in names))
        new: dict[str, Any] = {
            "data_key_id": bindparam("key"),
            "nonce": bindparam("n"),
            "ciphertext": bindparam("c"),
        }
        rows = [
            {f"its_{name}": getattr(held.place, name) for name in names}
            | {"key": held.new.id, "n": it.nonce, "c": it.ciphertext}
            for held, it in sealed
        ]
        await self._session.execute(update(secret).where(this).values(new), rows)

    async def remove_data_keys(self, limit: int) -> int:
        """Those retired that seal nothing. Looked at twice: before the lock, somebody may have sealed with one."""
        sealing = exists().where(
            secret.c.account_id == data_key.c.account_id, secret.c.data_key_id == data_key.c.id
        )
        newer = data_key.alias("newer")
        replaced = exists().where(newer.c.account_id == data_key.c.account_id, newer.c.id > data_key.c.id)
        query = select(data_key.c.account_id, data_key.c.id).where(RETIRED, replaced, not_(sealing))
        query = query.order_by(*KEY).limit(limit).with_for_update(of=data_key, skip_locked=True)
        found = [(row.account_id, row.id) for row in await self._session.execute(query)]
        gone = delete(data_key).where(KEY.in_(found), not_(sealing)).returning(data_key.c.id)
        return len((await self._session.execute(gone)).all()) if found else 0


def _held(row: Row[Any]) -> Held:
    account_id: UUID = row.account_id
    old = DataKey(account_id, row.data_key_id, row.kek_id, row.wrapped)
    new = DataKey(account_id, row.new_id, row.new_kek_id, row.new_wrapped)
    return Held(place_of(row), Sealed(row.nonce, row.ciphertext), old, new)
