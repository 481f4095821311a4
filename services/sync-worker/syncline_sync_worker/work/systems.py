"""The engine's systems in the product: connectors behind the gateway, with a node's credential and the shared budget."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from syncline_common.connectors.opening import Opened, Opener, budget_of
from syncline_common.errors import CredentialRejected
from syncline_common.schemas.connector import NodeRef, Priority, Reader, Writer
from syncline_common.sdk.gate import Gate
from syncline_common.sdk.meter import Meter
from syncline_common.sdk.ports import Surveyor
from syncline_sync_worker.work.credentials import Credentials
from syncline_sync_worker.work.node_auth import NodeAuth
from syncline_sync_worker.work.turned_away import Telling


@dataclass(slots=True)
class _Node:
    """What is open of a node. Ports are kept: they know what they have learnt of the system."""

    opened: Opened | None = None
    auth: NodeAuth | None = None
    readers: dict[Priority, Reader] = field(default_factory=dict)
    writers: dict[Priority, Writer] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class OpenedSystems:
    """`Systems`, one per process. A node is opened once and stays open; its credential follows by itself."""

    def __init__(
        self,
        opener: Opener,
        credentials: Credentials,
        gate: Gate,
        elapsed: Callable[[], float],
        naming_key: bytes,
    ) -> None:
        self._opener, self._credentials = opener, credentials
        self._gate, self._elapsed, self._naming_key = gate, elapsed, naming_key
        self._nodes: dict[NodeRef, _Node] = defaultdict(_Node)

    async def reader(self, node: NodeRef, priority: Priority) -> Reader:
        opened = await self._opened(node)
        readers = self._nodes[node].readers
        if priority not in readers:
            readers[priority] = cast(Reader, self._telling(node, opened.reader(priority)))
        return readers[priority]

    async def writer(self, node: NodeRef, priority: Priority) -> Writer:
        opened = await self._opened(node)
        writers = self._nodes[node].writers
        if priority not in writers:
            writers[priority] = cast(Writer, self._telling(node, opened.writer(priority)))
        return writers[priority]

    async def surveyor(self, node: NodeRef, priority: Priority) -> Surveyor:
        opened = await self._opened(node)
        return cast(Surveyor, self._telling(node, opened.surveyor(priority)))

    def _telling(self, node: NodeRef, port: object) -> Telling:
        async def tell(error: CredentialRejected) -> None:
            auth = self._nodes[node].auth
            assert auth is not None
            await self._credentials.rejected(node, auth.version, error.code)

        return Telling(port, tell)

    async def _opened(self, node: NodeRef) -> Opened:
        """One asks for the credential for all who wait."""
        here = self._nodes[node]
        async with here.turn:
            if here.opened is None:
                held = await self._credentials.of(node)
                here.auth = auth = NodeAuth(node, held, self._credentials, self._opener.clock)
                budget = budget_of(held.kind, held.url, node=node.id)
                meter = Meter(self._gate, budget, self._elapsed, naming_key=self._naming_key)
                here.opened = self._opener.lent(held.kind, held.url, auth, meter, found=held.found)
            return here.opened
