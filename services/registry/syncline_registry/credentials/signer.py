"""The key that signs access tokens. Only the registry has it; it is kept sealed."""

import asyncio
import json
from typing import Any
from uuid import UUID

from joserfc.jwk import OKPKey
from pydantic import SecretStr
from sqlalchemy import insert, select

from syncline_common.access.claims import Grant, sign
from syncline_common.db.tx import Database, ReadTx, Tx
from syncline_common.ids import new_id
from syncline_registry.sealing.envelope import NOBODY, Vault
from syncline_registry.store.secret_store import SecretStore
from syncline_registry.store.tables import signing_keys

OWNER, FIELD = "signing_key", "private"


class Signer:
    def __init__(self, db: Database, vault: Vault) -> None:
        self._db, self._vault = db, vault
        self._key: tuple[UUID, OKPKey] | None = None
        self._making = asyncio.Lock()

    async def sign(self, grant: Grant) -> str:
        key_id, key = await self._current()
        return sign(grant, str(key_id), key)

    async def public_keys(self) -> dict[str, Any]:
        await self._current()
        async with self._db.read() as tx:
            rows = (await tx.session.execute(select(signing_keys).order_by(signing_keys.c.id))).all()
        return {"keys": [{**row.public, "kid": str(row.id), "use": "sig"} for row in rows]}

    async def _current(self) -> tuple[UUID, OKPKey]:
        async with self._making:
            if self._key is None:
                self._key = await self._newest() or await self._make()
            return self._key

    async def _newest(self) -> tuple[UUID, OKPKey] | None:
        newest = select(signing_keys.c.id).order_by(signing_keys.c.id.desc()).limit(1)
        async with self._db.read() as tx:
            key_id: UUID | None = await tx.session.scalar(newest)
            return None if key_id is None else (key_id, await self._open(tx, key_id))

    async def _open(self, tx: ReadTx, key_id: UUID) -> OKPKey:
        private = await SecretStore(tx, NOBODY, self._vault).open(OWNER, key_id, FIELD)
        return OKPKey.import_key(json.loads(private.get_secret_value()))

    async def _make(self) -> tuple[UUID, OKPKey]:
        """Two processes may each make one at the first start; both are published, so both are good."""
        key, key_id = OKPKey.generate_key("Ed25519"), new_id()
        async with self._db.begin() as tx:
            await self._keep(tx, key_id, key)
        return key_id, key

    async def _keep(self, tx: Tx, key_id: UUID, key: OKPKey) -> None:
        private = SecretStr(json.dumps(key.as_dict(private=True)))
        await SecretStore(tx, NOBODY, self._vault).put(OWNER, key_id, FIELD, private, hint=False)
        row = {"id": key_id, "public": key.as_dict(private=False), "created_at": await tx.now()}
        await tx.session.execute(insert(signing_keys).values(row))
