"""Every kind there is, and the connectors we have. Services ask for a kind; they never import one."""

from collections.abc import Mapping, Sequence

from syncline_common.connectors import (
    azure_devops,
    freshdesk,
    freshservice,
    github,
    itglue,
    jira,
    salesforce,
    servicenow,
    syncro,
    xmatters,
    zendesk,
)
from syncline_common.errors import NotFound
from syncline_common.sdk.connector import Connector
from syncline_common.sdk.manifest import Manifest
from syncline_common.sdk.ports import Hint
from syncline_common.sdk.webhooks import Hints, verified

CONNECTORS: Mapping[str, Connector] = {
    it.CONNECTOR.manifest.kind: it.CONNECTOR
    for it in (
        azure_devops,
        servicenow,
        freshdesk,
        freshservice,
        jira,
        github,
        zendesk,
        salesforce,
        syncro,
        itglue,
        xmatters,
    )
}
MANIFESTS: Mapping[str, Manifest] = {kind: it.manifest for kind, it in CONNECTORS.items()}
HINTS: Mapping[str, Hints] = {kind: it.hints for kind, it in CONNECTORS.items()}


def manifest_of(kind: str) -> Manifest:
    if kind not in MANIFESTS:
        raise NotFound("There is no such kind of system")
    return MANIFESTS[kind]


def connector_of(kind: str) -> Connector:
    if kind not in CONNECTORS:
        raise NotFound(f"There is no connector for {manifest_of(kind).label} yet")
    return CONNECTORS[kind]


def hints_of(kind: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Sequence[Hint]:
    """Of a webhook: which records it says have changed, if it bears one of `secrets`. `headers` in lower case.

    Unauthenticated if it bears none, Invalid if it can't be read.
    """
    connector_of(kind)
    return verified(HINTS[kind], headers, body, secrets)
