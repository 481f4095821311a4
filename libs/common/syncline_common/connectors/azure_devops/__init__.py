"""Azure DevOps Boards."""

from syncline_common.connectors.azure_devops.manifest import MANIFEST
from syncline_common.connectors.azure_devops.reader import AzureDevOpsReader
from syncline_common.connectors.azure_devops.subscriptions import AzureDevOpsHooks
from syncline_common.connectors.azure_devops.webhooks import hints
from syncline_common.connectors.azure_devops.writer import AzureDevOpsWriter
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(
    MANIFEST,
    AzureDevOpsReader,
    AzureDevOpsReader,
    lambda out, found, _: AzureDevOpsWriter(out, found),
    AzureDevOpsHooks,
    hints,
)
__all__ = ["CONNECTOR", "hints"]
