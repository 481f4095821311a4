"""Every vendor there is a simulated system of, in the order of their ports."""

from collections.abc import Mapping

from syncline_sandbox.azure_devops.simulated import SIMULATED as AZURE_DEVOPS
from syncline_sandbox.freshdesk.simulated import SIMULATED as FRESHDESK
from syncline_sandbox.freshservice.simulated import SIMULATED as FRESHSERVICE
from syncline_sandbox.github.simulated import SIMULATED as GITHUB
from syncline_sandbox.itglue.simulated import SIMULATED as ITGLUE
from syncline_sandbox.jira.simulated import SIMULATED as JIRA
from syncline_sandbox.salesforce.simulated import SIMULATED as SALESFORCE
from syncline_sandbox.servicenow.simulated import SIMULATED as SERVICENOW
from syncline_sandbox.simulated import Simulated
from syncline_sandbox.syncro.simulated import SIMULATED as SYNCRO
from syncline_sandbox.xmatters.simulated import SIMULATED as XMATTERS
from syncline_sandbox.zendesk.simulated import SIMULATED as ZENDESK

EVERY: Mapping[str, Simulated] = {
    it.kind: it
    for it in (
        AZURE_DEVOPS,
        SERVICENOW,
        FRESHDESK,
        FRESHSERVICE,
        JIRA,
        GITHUB,
        ZENDESK,
        SALESFORCE,
        SYNCRO,
        ITGLUE,
        XMATTERS,
    )
}
