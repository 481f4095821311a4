"""A crowd that reads and writes secrets, and knows for each read what it may have found."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import insert

from syncline_common.db.tx import Database, Tx
from syncline_common.ids import new_id
from syncline_registry.sealing.envelope import Place, Vault
from syncline_registry.store.data_key_store import DataKeyStore
from syncline_registry.store.secret_store import SecretStore
from syncline_registry.store.tables import secret

PER_ACCOUNT = 20
Slot = tuple[UUID, UUID]  # account and node


@dataclass
class Crowd:
    slots: list[Slot]
    reads: int = 0
    writes: int = 0
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    committed: dict[Slot, int] = field(default_factory=dict)
    over: bool = False

    async def read(self, db: Database, vault: Vault) -> None:
        while not self.over:
            slot = random.choice(self.slots)
            least, began = self.committed.get(slot, 1), time.perf_counter()
            try:
                async with db.read() as tx:
                    found = await SecretStore(tx, slot[0], vault).open("node", slot[1], "token")
            except Exception as exc:
                self.failures.append(f"read: {exc!r}")
            else:
                self._judge(slot, least, found.get_secret_value())
            self.reads += 1
            self.slowest = max(self.slowest, time.perf_counter() - began)

    async def write(self, db: Database, vault: Vault) -> None:
        while not self.over:
            slot = random.choice(self.slots)
            try:
                async with db.begin() as tx:
                    store, seen = SecretStore(tx, slot[0], vault), self.committed.get(slot, 1)
                    version = await store.put("node", slot[1], "token", text(slot, 0))
                    await store.put("node", slot[1], "token", text(slot, version + 1))
            except Exception as exc:
                self.failures.append(f"write after {seen}: {exc!r}")
            else:
                self.committed[slot] = max(self.committed.get(slot, 1), version + 1)
            self.writes += 1
            await asyncio.sleep(0.002)

    def _judge(self, slot: Slot, least: int, found: str) -> None:
        version = int(found.rpartition(" ")[2])
        if found != text(slot, version).get_secret_value() or version < least:
            self.failures.append(f"found version {version}, {least} was committed")


def text(slot: Slot, version: int) -> SecretStr:
    return SecretStr(f"the token of {slot[1]} {version}")


async def fill(db: Database, vault: Vault, count: int) -> list[Slot]:
    slots: list[Slot] = []
    while len(slots) < count:
        async with db.begin() as tx:
            for _ in range(50):
                account, size = new_id(), min(PER_ACCOUNT, count - len(slots))
                mine = [(account, new_id()) for _ in range(size)]
                slots += mine
                await _keep(tx, vault, mine)
    return slots


async def _keep(tx: Tx, vault: Vault, slots: Sequence[Slot]) -> None:
    if not slots:
        return
    key, now = await DataKeyStore(tx, slots[0][0], vault).current(), await tx.now()
    rows = []
    for account, node in slots:
        place = Place(account, "node", node, "token", 1)
        sealed = await vault.seal(key, place, text((account, node), 1))
        row = {"account_id": account, "owner": "node", "owner_id": node, "field": "token", "version": 1}
        row |= {"data_key_id": key.id, "nonce": sealed.nonce, "ciphertext": sealed.ciphertext}
        rows.append(row | {"last4": None, "created_at": now})
    await tx.session.execute(insert(secret), rows)
