"""Manifests are plain data, agree with the public contract, and say what a person needs to know beforehand."""

import json
from typing import Any, cast

import pytest

from syncline_common.connectors.catalogue import CONNECTORS, HINTS, MANIFESTS, connector_of, manifest_of
from syncline_common.errors import NotFound
from syncline_common.schemas.connector import RepeatClass
from syncline_common.sdk.connector import Connector
from syncline_common.sdk.manifest import Manifest, Verb

CONTRACT = {  # kind, schemes, and the fields of each: what partners send
    "azure_devops": {"pat": ["token"]},
    "servicenow": {
        "basic": ["username", "password"],
        "oauth_password": ["username", "password", "client_id", "client_secret"],
        "oauth_code": ["client_id", "client_secret"],
    },
    "freshdesk": {"api_key": ["api_key"]},
    "freshservice": {"api_key": ["api_key"]},
    "jira": {"api_token": ["email", "token"]},
    "github": {"token": ["token"]},
    "zendesk": {"oauth_client": ["client_id", "client_secret"], "api_token": ["email", "token"]},
    "salesforce": {"oauth_client": ["client_id", "client_secret"]},
    "syncro": {"api_key": ["api_key"]},
    "itglue": {"api_key": ["api_key"]},
    "xmatters": {"basic": ["username", "password"], "api_key": ["key_id", "secret"]},
}
SECRETS = {"token", "password", "client_secret", "api_key", "secret"}
each = pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS)


def plain(value: Any) -> Any:
    """As it is without the enumerations' own type, and with lists for tuples."""
    if isinstance(value, dict):
        return {str(key): plain(it) for key, it in value.items()}
    return [plain(it) for it in value] if isinstance(value, list | tuple) else value


def test_schemes_and_fields_are_those_of_the_contract() -> None:
    told = {
        kind: {scheme.scheme: [it.name for it in scheme.fields] for scheme in it.auth}
        for kind, it in MANIFESTS.items()
    }
    assert told == CONTRACT
    assert list(told) == list(CONTRACT)


@each
def test_it_is_json(manifest: Manifest) -> None:
    told = manifest.as_json()
    assert json.loads(json.dumps(told)) == plain(told)


@each
def test_what_is_secret_says_so(manifest: Manifest) -> None:
    for field in (it for scheme in manifest.auth for it in scheme.fields):
        assert field.secret == (field.name in SECRETS), field.name
        assert field.label and field.help


@each
def test_it_says_what_is_needed_and_what_is_missing(manifest: Manifest) -> None:
    assert manifest.prerequisites and manifest.limitations and manifest.docs.startswith("https://")
    assert manifest.budget.calls >= 2 and manifest.budget.per_seconds > 0
    assert all(it.startswith("https://") for it in manifest.origins)


@each
def test_streams_can_be_synchronised(manifest: Manifest) -> None:
    streams = [*manifest.streams, *([manifest.discovered] if manifest.discovered else [])]
    assert streams
    for stream in streams:
        assert stream.operation(Verb.CREATE) and stream.operation(Verb.UPDATE)
        assert 1 <= stream.batch <= 500 and stream.page >= 1 and stream.feeds
        traits = stream.traits()
        assert traits.feeds[0].value == "records" and traits.batch == stream.batch
        assert traits.granularity.total_seconds() > 0


def test_traits_come_from_the_facts() -> None:
    tickets = manifest_of("zendesk").stream("tickets")
    assert tickets is not None
    traits = tickets.traits()
    assert (traits.creates, traits.settle.seconds, traits.lag.seconds) == (RepeatClass.K2, 60, 60)
    assert manifest_of("zendesk").stream("unheard_of") is None


def test_tables_that_may_have_no_marker_are_left_to_a_person() -> None:
    servicenow = manifest_of("servicenow")
    incident, custom = servicenow.stream("incident"), servicenow.stream("u_parking_lot")
    assert incident is not None and incident.traits().creates is RepeatClass.K2
    assert custom is not None and custom.traits().creates is RepeatClass.K3


def test_what_is_installed_has_a_connector_and_nothing_else_has() -> None:
    assert {kind for kind, it in MANIFESTS.items() if it.installed} == set(CONNECTORS) == set(HINTS)
    assert len(CONNECTORS) == 11
    assert all(connector_of(kind).manifest is MANIFESTS[kind] for kind in CONNECTORS)


def test_a_kind_without_a_connector_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(cast(dict[str, Connector], CONNECTORS), "syncro")
    with pytest.raises(NotFound, match="Syncro"):
        connector_of("syncro")


def test_an_unheard_of_kind_is_not_found() -> None:
    with pytest.raises(NotFound):
        manifest_of("acme")
