"""What the registry has beside what every service has."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from syncline_common.api.limits import Allowance
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Home
from syncline_registry.credentials.passwords import Passwords
from syncline_registry.credentials.signer import Signer
from syncline_registry.probing.hook_addresses import HookAddresses
from syncline_registry.probing.prober import Prober
from syncline_registry.sealing.envelope import Vault


@dataclass(frozen=True, slots=True)
class Own:
    passwords: Passwords
    signer: Signer
    vault: Vault
    prober: Prober
    lookups: Allowance  # of one caller
    checks: Allowance
    public_url: str
    hooks: HookAddresses
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


def own_of(home: Home) -> Own:
    return cast(Own, home.own)


def _own(request: Request) -> Own:
    return own_of(request.app.state.home)


def _database(request: Request) -> Database:
    home: Home = request.app.state.home
    return home.database


ByDatabase = Annotated[Database, Depends(_database)]  # for those who may not hold a transaction open
ByOwn = Annotated[Own, Depends(_own)]
