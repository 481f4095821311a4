"""Freshservice among the simulated vendors."""

from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.freshservice.servicedesk import Freshservice
from syncline_sandbox.freshworks.accounts import SYNC
from syncline_sandbox.freshworks.beginning import fill
from syncline_sandbox.simulated import Simulated


def servicedesk(seed: int = 1, count: int = 60, now: Now = real_now) -> Freshservice:
    made = Freshservice(seed, now)
    fill(made, count)
    return made


SIMULATED = Simulated(
    "freshservice",
    "Freshservice",
    "https://sandbox.freshservice.com",
    {"scheme": "api_key", "api_key": SYNC.key},
    servicedesk,
    others="which may only read: sandbox-key-read-only",
)
