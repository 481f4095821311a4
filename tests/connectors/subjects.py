"""The connectors that are put through the contract."""

from collections.abc import Mapping
from typing import Any

from connectors.azure_devops.subject import AzureDevOps
from connectors.freshdesk.subject import Freshdesk
from connectors.freshservice.subject import Freshservice
from connectors.github.subject import GitHub
from connectors.itglue.subject import ItGlue
from connectors.jira.subject import Jira
from connectors.joined import Joined
from connectors.salesforce.subject import Salesforce
from connectors.servicenow.subject import ServiceNow
from connectors.syncro.subject import Syncro
from connectors.xmatters.subject import XMatters
from connectors.zendesk.subject import Zendesk

SUBJECTS: Mapping[str, type[Joined[Any]]] = {
    it.kind: it
    for it in (
        AzureDevOps,
        ServiceNow,
        Freshdesk,
        Freshservice,
        Jira,
        GitHub,
        Zendesk,
        Salesforce,
        Syncro,
        ItGlue,
        XMatters,
    )
}
