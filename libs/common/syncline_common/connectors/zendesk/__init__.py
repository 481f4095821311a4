"""Zendesk Support."""

from syncline_common.connectors.zendesk.manifest import MANIFEST
from syncline_common.connectors.zendesk.reader import ZendeskReader
from syncline_common.connectors.zendesk.subscriptions import ZendeskHooks
from syncline_common.connectors.zendesk.webhooks import hints
from syncline_common.connectors.zendesk.writer import ZendeskWriter
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(MANIFEST, ZendeskReader, ZendeskReader, ZendeskWriter, ZendeskHooks, hints)
__all__ = ["CONNECTOR", "hints"]
