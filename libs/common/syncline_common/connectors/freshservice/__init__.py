"""Freshservice."""

from syncline_common.connectors.freshservice.automations import FreshserviceHooks
from syncline_common.connectors.freshservice.manifest import MANIFEST
from syncline_common.connectors.freshservice.reader import FreshserviceReader
from syncline_common.connectors.freshservice.writer import FreshserviceWriter
from syncline_common.connectors.freshworks.hooks import hints
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(
    MANIFEST, FreshserviceReader, FreshserviceReader, FreshserviceWriter, FreshserviceHooks, hints
)
__all__ = ["CONNECTOR", "hints"]
