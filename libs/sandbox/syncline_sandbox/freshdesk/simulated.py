"""Freshdesk among the simulated vendors."""

from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.freshdesk.helpdesk import Freshdesk
from syncline_sandbox.freshworks.accounts import SYNC
from syncline_sandbox.freshworks.beginning import fill
from syncline_sandbox.simulated import Simulated


def helpdesk(seed: int = 1, count: int = 60, now: Now = real_now) -> Freshdesk:
    made = Freshdesk(seed, now)
    fill(made, count)
    return made


SIMULATED = Simulated(
    "freshdesk",
    "Freshdesk",
    "https://sandbox.freshdesk.com",
    {"scheme": "api_key", "api_key": SYNC.key},
    helpdesk,
    others="which may only read: sandbox-key-read-only",
)
