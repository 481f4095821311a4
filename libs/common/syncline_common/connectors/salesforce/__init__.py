"""Salesforce."""

from syncline_common.connectors.salesforce.manifest import MANIFEST
from syncline_common.connectors.salesforce.reader import SalesforceReader
from syncline_common.connectors.salesforce.triggers import SalesforceHooks
from syncline_common.connectors.salesforce.webhooks import hints
from syncline_common.connectors.salesforce.writer import SalesforceWriter
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(MANIFEST, SalesforceReader, SalesforceReader, SalesforceWriter, SalesforceHooks, hints)
__all__ = ["CONNECTOR", "hints"]
