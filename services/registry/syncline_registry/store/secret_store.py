"""Every query about secrets, within one account by construction. What goes in comes out to our own code only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import ColumnElement, Row, Select, and_, delete, select, update

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import NotFound, Unavailable
from syncline_registry.sealing.aead import Sealed, UnknownKey
from syncline_registry.sealing.envelope import DataKey, Place, Vault
from syncline_registry.store.data_key_store import ATTEMPTS, DataKeyStore
from syncline_registry.store.tables import data_key, secret

SHORTEST_WITH_HINT = 12  # of a shorter one, four characters would be too much


@dataclass(frozen=True, slots=True)
class Description:
    """All that is ever shown of a secret."""

    set: bool
    last4: str | None = None


class SecretStore:
    def __init__(self, tx: ReadTx, account_id: UUID, vault: Vault) -> None:
        self._tx, self._account_id, self._vault = tx, account_id, vault

    async def put(
        self, owner: str, owner_id: UUID, field: str, value: SecretStr, *, hint: bool = True
    ) -> int:
        """Its new version. Without `hint`, not even the last characters are ever shown."""
        tx = self._writing()
        key = await DataKeyStore(tx, self._account_id, self._vault).current()
        for _ in range(ATTEMPTS):
            seen = await self._version(owner, owner_id, field)
            place = Place(self._account_id, owner, owner_id, field, (seen or 0) + 1)
            sealed = await self._vault.seal(key, place, value)
            facts = {
                "version": place.version,
                "data_key_id": key.id,
                "nonce": sealed.nonce,
                "ciphertext": sealed.ciphertext,
                "last4": _last4(value) if hint else None,
                "created_at": await tx.now(),
            }
            if await self._saved(tx, place, facts):
                return place.version
        raise Unavailable("The secret is being changed by others; try again")

    async def open(self, owner: str, owner_id: UUID, field: str) -> SecretStr:
        found = await self.open_all(owner, owner_id, field)
        if field not in found:
            raise NotFound("There is no such secret")
        return found[field]

    async def open_all(self, owner: str, owner_id: UUID, *fields: str) -> Mapping[str, SecretStr]:
        """All that `owner` has, or those of `fields` that it has; as they were at one moment."""
        try:
            return await self._opened(owner, owner_id, fields)
        except UnknownKey:  # it has been sealed anew, and its old key was dropped before we asked for it
            return await self._opened(owner, owner_id, fields)

    async def put_at(self, owner: str, owner_id: UUID, field: str) -> datetime | None:
        query = select(secret.c.created_at).where(self._of(owner, owner_id, field))
        at: datetime | None = await self._tx.session.scalar(query)
        return at

    async def describe(self, owner: str, owner_id: UUID, field: str) -> Description:
        return (await self.describe_all(owner, owner_id)).get(field, Description(False))

    async def describe_all(self, owner: str, owner_id: UUID) -> Mapping[str, Description]:
        query = select(secret.c.field, secret.c.last4).where(self._of(owner, owner_id))
        rows = await self._tx.session.execute(query.order_by(secret.c.field))
        return {field: Description(True, last4) for field, last4 in rows}

    async def describe_many(
        self, owner: str, owner_ids: Sequence[UUID]
    ) -> Mapping[UUID, Mapping[str, Description]]:
        mine = (secret.c.account_id == self._account_id) & (secret.c.owner == owner)
        query = select(secret.c.owner_id, secret.c.field, secret.c.last4)
        rows = await self._tx.session.execute(query.where(mine, secret.c.owner_id.in_(owner_ids)))
        found: dict[UUID, dict[str, Description]] = {it: {} for it in owner_ids}
        for owner_id, field, last4 in rows:
            found[owner_id][field] = Description(True, last4)
        return found

    async def forget(self, owner: str, owner_id: UUID, *fields: str) -> int:
        """These fields, or all of them. How many there were."""
        gone = delete(secret).where(self._of(owner, owner_id, *fields)).returning(secret.c.field)
        return len((await self._writing().session.execute(gone)).all())

    def _writing(self) -> Tx:
        if not isinstance(self._tx, Tx):
            raise TypeError("a reader's transaction can't write")
        return self._tx

    def _of(self, owner: str, owner_id: UUID, *fields: str) -> ColumnElement[bool]:
        mine = secret.c.account_id == self._account_id
        theirs = and_(mine, secret.c.owner == owner, secret.c.owner_id == owner_id)
        return and_(theirs, secret.c.field.in_(fields)) if fields else theirs

    async def _version(self, owner: str, owner_id: UUID, field: str) -> int | None:
        query = select(secret.c.version).where(self._of(owner, owner_id, field)).with_for_update()
        version: int | None = await self._tx.session.scalar(query)
        return version

    async def _saved(self, tx: Tx, place: Place, facts: Mapping[str, Any]) -> bool:
        """False if somebody else's first version came between."""
        if place.version > 1:
            there = self._of(place.owner, place.owner_id, place.field)
            await tx.session.execute(update(secret).where(there).values(**facts))
            return True
        key = {"account_id": self._account_id, "owner": place.owner, "owner_id": place.owner_id}
        new = tx.insert_new(secret).values({**key, "field": place.field, **facts})
        return (await tx.session.execute(new.returning(secret.c.version))).first() is not None

    async def _opened(self, owner: str, owner_id: UUID, fields: tuple[str, ...]) -> Mapping[str, SecretStr]:
        keys = and_(data_key.c.account_id == secret.c.account_id, data_key.c.id == secret.c.data_key_id)
        query: Select[Any] = select(*sealed_columns(), data_key.c.kek_id, data_key.c.wrapped)
        query = query.join_from(secret, data_key, keys).where(self._of(owner, owner_id, *fields))
        rows = (await self._tx.session.execute(query)).all()
        return {row.field: await self._open(row) for row in rows}

    async def _open(self, row: Row[Any]) -> SecretStr:
        key = DataKey(row.account_id, row.data_key_id, row.kek_id, row.wrapped)
        return await self._vault.open(key, place_of(row), Sealed(row.nonce, row.ciphertext))


def sealed_columns() -> list[ColumnElement[Any]]:
    shown = ("account_id", "owner", "owner_id", "field", "version", "data_key_id", "nonce", "ciphertext")
    return [secret.c[name] for name in shown]


def place_of(row: Row[Any]) -> Place:
    return Place(row.account_id, row.owner, row.owner_id, row.field, row.version)


def _last4(value: SecretStr) -> str | None:
    plain = value.get_secret_value()
    return plain[-4:] if len(plain) >= SHORTEST_WITH_HINT else None
