"""ServiceNow."""

from syncline_common.connectors.servicenow.business_rules import ServiceNowHooks
from syncline_common.connectors.servicenow.manifest import MANIFEST
from syncline_common.connectors.servicenow.reader import ServiceNowReader
from syncline_common.connectors.servicenow.webhooks import hints
from syncline_common.connectors.servicenow.writer import ServiceNowWriter
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(MANIFEST, ServiceNowReader, ServiceNowReader, ServiceNowWriter, ServiceNowHooks, hints)
__all__ = ["CONNECTOR", "hints"]
