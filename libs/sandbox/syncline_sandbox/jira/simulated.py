"""Jira Cloud among the simulated vendors."""

from syncline_sandbox.jira import demo
from syncline_sandbox.simulated import Simulated

SIMULATED = Simulated(
    "jira",
    "Jira Cloud",
    "https://sandbox.atlassian.net",
    {"scheme": "api_token", "email": "sync@fabrikam.example", "token": "sandbox-token"},
    demo.site,
    others="audit@fabrikam.example, sandbox-token-read-only; admin@fabrikam.example, sandbox-token-administrator",
)
