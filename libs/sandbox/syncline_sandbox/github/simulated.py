"""GitHub among the simulated vendors."""

from syncline_sandbox.github.begun import OWNER, hub
from syncline_sandbox.github.repositories import API
from syncline_sandbox.simulated import Simulated

SIMULATED = Simulated(
    "github",
    "GitHub",
    f"https://github.com/{OWNER}",
    {"scheme": "token", "token": "ghp_sandbox_read_write"},
    hub,
    elsewhere=(API,),
    others="github_pat_sandbox_read_only, github_pat_sandbox_issues, ghp_sandbox_no_scope, ghp_sandbox_administrator",
)
