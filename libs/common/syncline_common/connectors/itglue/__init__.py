"""IT Glue."""

from syncline_common.connectors.itglue.manifest import MANIFEST
from syncline_common.connectors.itglue.notices import ItGlueHooks, hints
from syncline_common.connectors.itglue.reader import ItGlueReader
from syncline_common.connectors.itglue.writer import ItGlueWriter
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(MANIFEST, ItGlueReader, ItGlueReader, ItGlueWriter, ItGlueHooks, hints)
__all__ = ["CONNECTOR", "hints"]
