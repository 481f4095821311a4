"""Jira Cloud."""

from syncline_common.connectors.jira.manifest import MANIFEST
from syncline_common.connectors.jira.reader import JiraReader
from syncline_common.connectors.jira.subscriptions import JiraHooks
from syncline_common.connectors.jira.webhooks import hints
from syncline_common.connectors.jira.writer import JiraWriter
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(MANIFEST, JiraReader, JiraReader, JiraWriter, JiraHooks, hints)
__all__ = ["CONNECTOR", "hints"]
