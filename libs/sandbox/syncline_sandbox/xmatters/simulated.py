"""xMatters among the simulated vendors."""

from syncline_sandbox.simulated import Simulated
from syncline_sandbox.xmatters.furnished import company

SIMULATED = Simulated(
    "xmatters",
    "xMatters",
    "https://sandbox.xmatters.com",
    {"scheme": "api_key", "key_id": "x-api-key-5f0c2a", "secret": "sandbox-key"},
    company,
    others="x-api-key-77b1e9 with sandbox-read-only-key; team.lead with sandbox-lead-password",
)
