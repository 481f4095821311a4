"""xMatters."""

from syncline_common.connectors.xmatters.manifest import MANIFEST
from syncline_common.connectors.xmatters.reader import XMattersReader
from syncline_common.connectors.xmatters.webhooks import XMattersHooks, hints
from syncline_common.connectors.xmatters.writer import XMattersWriter
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(MANIFEST, XMattersReader, XMattersReader, XMattersWriter, XMattersHooks, hints)
__all__ = ["CONNECTOR", "hints"]
