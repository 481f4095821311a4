"""GitHub issues."""

from syncline_common.connectors.github.manifest import MANIFEST
from syncline_common.connectors.github.reader import GitHubReader
from syncline_common.connectors.github.subscriptions import GitHubHooks
from syncline_common.connectors.github.webhooks import hints
from syncline_common.connectors.github.writer import GitHubWriter
from syncline_common.sdk.connector import Connector

CONNECTOR = Connector(MANIFEST, GitHubReader, GitHubReader, GitHubWriter, GitHubHooks, hints)
__all__ = ["CONNECTOR", "hints"]
