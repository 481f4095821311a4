"""The registry in this process with real tokens and keys: an account, its administrator, and time that can be moved."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from httpx2 import ASGITransport, AsyncClient, Response

from backing.canaries import CANARY
from common.served import home_of
from sdk.vendor import NO_TLS, nowhere
from services.vaults import key_file, vault_of
from syncline_common.access.hook_tokens import HookTokens
from syncline_common.access.keys import PublicKeys
from syncline_common.access.reader import CallerReader
from syncline_common.access.revocations import Revocations
from syncline_common.api.auth import TokenReader
from syncline_common.api.limits import Allowance
from syncline_common.clock import ManualClock, SystemClock
from syncline_common.connectors.opening import Opener
from syncline_common.db.tx import Database
from syncline_common.runtime.host import application_of
from syncline_common.schemas.caller import Caller
from syncline_common.sdk.outbound import Outbound
from syncline_registry.actions.accounts import create_account
from syncline_registry.actions.api_keys import introspect
from syncline_registry.app import SERVICE
from syncline_registry.credentials.passwords import Passwords
from syncline_registry.credentials.signer import Signer
from syncline_registry.own import Own
from syncline_registry.probing.gate import ProbeGate
from syncline_registry.probing.hook_addresses import HookAddresses
from syncline_registry.probing.prober import Prober
from syncline_registry.sealing.envelope import Vault

PASSWORD = f"correct horse {CANARY} staple"
EMAIL = "ada@example.com"


@dataclass
class Registry:
    db: Database
    http: AsyncClient
    own: Own
    clock: ManualClock
    revocations: Revocations
    account: UUID
    naps: list[float]
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)

    def elapsed(self) -> float:
        return self.seconds

    async def sign_in(
        self, email: str = EMAIL, password: str = PASSWORD, address: str = "203.0.113.7"
    ) -> Response:
        transport = ASGITransport(app=self.app, client=(address, 1), raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as http:
            return await http.post("/registry/v1/tokens", json={"email": email, "password": password})

    async def tokens(self, email: str = EMAIL, password: str = PASSWORD) -> dict[str, Any]:
        answer = await self.sign_in(email, password)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def as_(self, email: str = EMAIL, password: str = PASSWORD) -> dict[str, str]:
        return {"Authorization": f"Bearer {(await self.tokens(email, password))['access_token']}"}

    async def person(self, email: str, role: str = "viewer", **more: Any) -> dict[str, Any]:
        body = {"email": email, "name": email, "role": role, "password": PASSWORD} | more
        answer = await self.http.post("/registry/v1/people", json=body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def network(self, name: str = "Support") -> str:
        return str((await self.http.post("/registry/v1/networks", json={"name": name})).json()["id"])

    async def heard(self) -> None:
        """As the loop does, a moment after a change."""
        self.clock.advance(seconds=1)
        self.seconds += 1
        await self.revocations.refresh_once()

    @property
    def app(self) -> Any:
        return self.http._transport.app  # type: ignore[attr-defined]


@asynccontextmanager
async def registry_with(
    db: Database, folder: Path, clock: ManualClock, outbound: Outbound | None = None
) -> AsyncIterator[Registry]:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    vault = vault_of(key_file(folder))
    passwords, way = Passwords(time_cost=1, memory_kib=8), outbound or Outbound(resolver=nowhere, tls=NO_TLS)
    own = own_with(passwords, db, vault, way, nap)
    async with db.begin() as tx:
        hashed = await own.passwords.hash(PASSWORD)
        account, _ = await create_account(tx, name="First", email=EMAIL, password_hash=hashed)
    app = application_of(SERVICE)
    async with AsyncClient(
        transport=ASGITransport(app=app, raise_app_exceptions=False), base_url="http://test"
    ) as http:
        registry = Registry(db, http, own, clock, Revocations(db, lambda: 0.0), account.id, naps)
        registry.revocations = Revocations(db, registry.elapsed)
        reader = reader_of(registry)
        app.state.home = home_of(db, reader, outbound=way)
        app.state.home.own = own
        http.headers.update(await registry.as_())
        yield registry


def own_with(
    passwords: Passwords,
    db: Database,
    vault: Vault,
    way: Outbound,
    nap: Callable[[float], Awaitable[None]],
    base: str | None = None,
) -> Own:
    """By the real clock, since the vendors go by it; nobody waits."""
    prober = Prober(Opener(way, SystemClock(), sleep=nap), ProbeGate(lambda: 0.0), lambda: 0.0)
    return Own(
        passwords,
        Signer(db, vault),
        vault,
        prober,
        lookups=Allowance(2, 120, lambda: 0.0),
        checks=Allowance(0.2, 30, lambda: 0.0),
        public_url="http://127.0.0.1:8080",
        hooks=HookAddresses(HookTokens(b"a key of the test"), base),
        sleep=nap,
    )


def reader_of(registry: Registry) -> TokenReader:
    async def ask(key: str) -> Caller | None:
        async with registry.db.read() as tx:
            return (await introspect(tx, key)).caller()

    keys = PublicKeys(registry.own.signer.public_keys, registry.elapsed)
    return CallerReader(keys, ask, registry.revocations, registry.clock, registry.elapsed)
