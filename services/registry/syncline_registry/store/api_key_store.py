"""Every query about API keys, within one account by construction; and the one that has only the key."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from syncline_common.db.tx import ReadTx
from syncline_common.errors import NotFound
from syncline_registry.domain.api_key import ApiKey
from syncline_registry.store.tables import api_keys


class ApiKeyStore:
    def __init__(self, tx: ReadTx, account_id: UUID) -> None:
        self._session, self._account_id = tx.session, account_id

    async def add(self, key: ApiKey) -> None:
        self._session.add(key)
        await self._session.flush()

    async def listed(self, *, after: UUID | None, limit: int) -> Sequence[ApiKey]:
        query = (
            select(ApiKey)
            .where(api_keys.c.account_id == self._account_id)
            .order_by(api_keys.c.id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(api_keys.c.id > after)
        return (await self._session.scalars(query)).all()

    async def remove(self, key_id: UUID) -> ApiKey:
        mine = select(ApiKey).where(api_keys.c.account_id == self._account_id, api_keys.c.id == key_id)
        found: ApiKey | None = await self._session.scalar(mine.with_for_update())
        if found is None:
            raise NotFound("There is no such API key")
        await self._session.delete(found)
        return found


async def key_with(tx: ReadTx, hash: str) -> ApiKey | None:
    found: ApiKey | None = await tx.session.scalar(select(ApiKey).where(api_keys.c.hash == hash))
    return found
