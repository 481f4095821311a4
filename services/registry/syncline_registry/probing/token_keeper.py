"""A node's tokens, for all processes: one of them asks for new ones, and they are committed before they are used."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

from syncline_common.db.tx import Database
from syncline_common.errors import Unavailable
from syncline_common.sdk.oauth import Tokens
from syncline_registry.sealing.envelope import Vault
from syncline_registry.store.credential_store import NODE, CredentialStore
from syncline_registry.store.node_store import NodeStore

ITS_TURN = timedelta(seconds=90)  # longer than any request to a vendor takes
LOOK_EVERY, LOOKS = 0.25, 200


class NodeTokens:
    """A `TokenKeeper`. Of the credential that was read with them: those of another are neither given nor kept."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        account_id: UUID,
        node_id: UUID,
        credential_version: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db, self._vault, self._sleep = db, vault, sleep
        self._account_id, self._node_id, self._version = account_id, node_id, credential_version

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """No transaction is open while the vendor is asked, so it is a row's word that holds the others back."""
        until = await self._claimed()
        try:
            yield
        finally:
            await self._give_back(until)

    async def load(self) -> Tokens | None:
        async with self._db.read() as tx:
            node = await NodeStore(tx, self._account_id).get(self._node_id)
            if node.credential_version != self._version:
                return None
            return await CredentialStore(tx, self._account_id, self._vault, NODE, self._node_id).tokens()

    async def save(self, tokens: Tokens) -> None:
        async with self._db.begin() as tx:
            node = await NodeStore(tx, self._account_id).get(self._node_id, for_change=True)
            if node.credential_version == self._version:
                kept = CredentialStore(tx, self._account_id, self._vault, NODE, self._node_id)
                await kept.put_tokens(tokens)

    async def _claimed(self) -> datetime:
        for _ in range(LOOKS):
            async with self._db.begin() as tx:
                node = await NodeStore(tx, self._account_id).get(self._node_id, for_change=True)
                now = await tx.now()
                if node.renewing_until is None or node.renewing_until <= now:
                    node.renewing_until = now + ITS_TURN
                    return node.renewing_until
            await self._sleep(LOOK_EVERY)
        raise Unavailable("The tokens of this system are being renewed; try again")

    async def _give_back(self, until: datetime) -> None:
        async with self._db.begin() as tx:
            node = await NodeStore(tx, self._account_id).get(self._node_id, for_change=True)
            if node.renewing_until == until:
                node.renewing_until = None
