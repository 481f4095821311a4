"""Zendesk Support among the simulated vendors."""

from syncline_sandbox.simulated import Simulated
from syncline_sandbox.zendesk.filling import helpdesk
from syncline_sandbox.zendesk.people import API_TOKEN, SYNC
from syncline_sandbox.zendesk.tokens import CLIENT_ID, CLIENT_SECRET

SIMULATED = Simulated(
    "zendesk",
    "Zendesk Support",
    "https://sandbox.zendesk.com",
    {"scheme": "api_token", "email": SYNC.email, "token": API_TOKEN},
    helpdesk,
    others=f"by OAuth: {CLIENT_ID}, {CLIENT_SECRET}",
)
