"""Freshdesk."""

from syncline_common.connectors.freshdesk.automations import FreshdeskHooks
from syncline_common.connectors.freshdesk.manifest import MANIFEST
from syncline_common.connectors.freshdesk.reader import FreshdeskReader
from syncline_common.connectors.freshdesk.writer import FreshdeskWriter
from syncline_common.connectors.freshworks.hooks import hints
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(MANIFEST, FreshdeskReader, FreshdeskReader, FreshdeskWriter, FreshdeskHooks, hints)
__all__ = ["CONNECTOR", "hints"]
