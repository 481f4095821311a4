"""Salesforce among the simulated vendors."""

from syncline_sandbox.salesforce import demo
from syncline_sandbox.salesforce.accounts import CLIENT_ID, CLIENT_SECRET
from syncline_sandbox.salesforce.organisation import ADDRESS
from syncline_sandbox.simulated import Simulated

SIMULATED = Simulated(
    "salesforce",
    "Salesforce",
    ADDRESS,
    {"scheme": "oauth_client", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
    demo.organisation,
    others="that only reads: 3MVG9sandboxReadOnly, sandbox-read-only-secret",
)
