"""ServiceNow among the simulated vendors."""

from syncline_sandbox import demo
from syncline_sandbox.servicenow.tokens import CLIENT_ID, CLIENT_SECRET
from syncline_sandbox.simulated import Simulated

SIMULATED = Simulated(
    "servicenow",
    "ServiceNow",
    "https://sandbox.service-now.com",
    {"scheme": "basic", "username": "sync.account", "password": "sandbox-password"},
    demo.instance,
    others=f"by OAuth: {CLIENT_ID}, {CLIENT_SECRET}",
)
