"""Azure DevOps among the simulated vendors."""

from syncline_sandbox import demo
from syncline_sandbox.simulated import Simulated

SIMULATED = Simulated(
    "azure_devops",
    "Azure DevOps",
    "https://dev.azure.com/sandbox",
    {"scheme": "pat", "token": "sandbox-pat-read-write"},
    demo.organisation,
    elsewhere=("https://vssps.dev.azure.com/sandbox", "https://vsaex.dev.azure.com/sandbox"),
    others="sandbox-pat-read-only, sandbox-pat-no-work-items, sandbox-pat-administrator",
)
