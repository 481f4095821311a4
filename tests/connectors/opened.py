"""Simulated vendors on loopback, and systems opened there the way the product does."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from sdk.vendor import NO_TLS, Tally, nowhere
from syncline_common.clock import Clock, SystemClock
from syncline_common.connectors.opening import Opened, Opener
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.outbound import Outbound
from syncline_sandbox import demo
from syncline_sandbox.azure_devops.organisation import Organisation
from syncline_sandbox.servicenow.instance import Instance
from syncline_sandbox.servicenow.tokens import CLIENT_ID, CLIENT_SECRET
from syncline_sandbox.serving import served

BOARDS, INSTANCE = "https://dev.azure.com/sandbox", "https://sandbox.service-now.com"
PAT = "sandbox-pat-read-write"
USER = {"username": "sync.account", "password": "sandbox-password"}
CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def secret(scheme: str, **fields: str) -> Credential:
    return Credential(scheme, {name: SecretStr(it) for name, it in fields.items()})


WAYS_IN = {
    "azure_devops": secret("pat", token=PAT),
    "servicenow": secret("basic", **USER),
}
URLS = {"azure_devops": BOARDS, "servicenow": INSTANCE}


@dataclass
class Town:
    """Both vendors, and the way to them."""

    boards: Organisation
    instance: Instance
    outbound: Outbound
    tally: Tally
    clock: Clock
    routes: dict[str, str]

    def open(self, kind: str, credential: Credential | None = None, **more: Any) -> Opened:
        opener = Opener(self.outbound, self.clock, sleep=at_once)
        return opener.open(kind, URLS[kind], credential or WAYS_IN[kind], self.tally, **more)


async def at_once(seconds: float) -> None:
    """What the gateway would sleep."""


@asynccontextmanager
async def town(clock: Clock | None = None, records: int = 6) -> AsyncIterator[Town]:
    boards, instance = demo.organisation(count=records), demo.instance(count=records)
    async with AsyncExitStack() as stack:
        routes = {
            BOARDS: await stack.enter_async_context(served(boards)),
            INSTANCE: await stack.enter_async_context(served(instance)),
        }
        outbound = Outbound(routes, resolver=nowhere, tls=NO_TLS)
        stack.push_async_callback(outbound.aclose)
        yield Town(boards, instance, outbound, Tally(), clock or SystemClock(), routes)
