"""Syncro."""

from syncline_common.connectors.syncro.manifest import MANIFEST
from syncline_common.connectors.syncro.notices import SyncroHooks
from syncline_common.connectors.syncro.reader import SyncroReader
from syncline_common.connectors.syncro.webhooks import hints
from syncline_common.connectors.syncro.writer import SyncroWriter
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(MANIFEST, SyncroReader, SyncroReader, SyncroWriter, SyncroHooks, hints)
__all__ = ["CONNECTOR", "hints"]
