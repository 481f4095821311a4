"""The AsyncAPI document against the published schema, and against what the events really write."""

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from pydantic import BaseModel, Field

from backing.asyncapi_schema import VERSION, SchemaChanged, SchemaMissing, asyncapi_schema, required_here
from syncline_common.events.asyncapi import asyncapi_document
from syncline_common.events.base import Event
from syncline_common.events.catalogue import EVENTS

ACCOUNT, NETWORK, RUN = (UUID(int=number) for number in (1, 2, 3))
TIME = datetime(2026, 3, 1, 8, 15, 30, tzinfo=UTC)


class Result(StrEnum):
    DONE = "done"
    STOPPED = "stopped"


class Counts(BaseModel):
    read: int = Field(ge=0)
    written: int = 0


class LoadEnded(Event):
    """A load has ended.

    Its counts are final.
    """

    topic, about = "sample.load.ended", "run_id"
    run_id: UUID
    result: Result
    counts: Counts
    by_stream: dict[str, Counts] = Field(default_factory=dict)
    day: date | None = None
    ended_at: datetime
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    code: Annotated[str, Field(min_length=8, max_length=9)]
    streams: list[str] = Field(default_factory=list)


class LoadEndedAgain(LoadEnded):
    """The second edition."""

    version = 2


RICH = [LoadEndedAgain, LoadEnded]
FIELDS = {"run_id": RUN, "result": "done", "counts": {"read": 4}, "ended_at": TIME, "code": "12345678"}


@pytest.fixture(scope="module")
def published() -> Draft7Validator:
    try:
        return Draft7Validator(asyncapi_schema(), format_checker=FormatChecker())
    except SchemaMissing as reason:
        if required_here():
            pytest.fail(f"the AsyncAPI schema is required here: {reason}")
        pytest.skip(f"NOT CHECKED against the published AsyncAPI schema: {reason}")


def document_of(*events: type[Event]) -> dict[str, Any]:
    return json.loads(json.dumps(asyncapi_document(events, version="1.2.3")))  # type: ignore[no-any-return]


def payload_validator(document: dict[str, Any], key: str) -> Draft202012Validator:
    """As a consumer checks a message: its references are those of the document."""
    payload = document["components"]["messages"][key]["payload"]
    return Draft202012Validator(
        payload | {"components": document["components"]}, format_checker=FormatChecker()
    )


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        found = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return found + [reference for value in node.values() for reference in references(value)]
    return [reference for value in node for reference in references(value)] if isinstance(node, list) else []


def dangling(document: dict[str, Any]) -> list[str]:
    """The published schema looks at the form of references only; whether they lead anywhere is asked here."""

    def leads_nowhere(reference: str) -> bool:
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            if not isinstance(node, dict) or step not in node:
                return True
            node = node[step]
        return False

    return [reference for reference in references(document) if leads_nowhere(reference)]


def made(event: type[Event]) -> Event:
    """An instance of an event of the catalogue, from the example of its own message."""
    (example,) = document_of(event)["components"]["messages"][event.routing_key()]["examples"]
    return event.from_cloud_event(json.dumps(example["payload"]).encode())


@pytest.mark.parametrize("events", [EVENTS, RICH, []], ids=["catalogue", "rich", "none"])
def test_the_document_follows_the_published_schema(
    events: list[type[Event]], published: Draft7Validator
) -> None:
    document = document_of(*events)
    assert [error.message for error in published.iter_errors(document)] == []
    assert dangling(document) == []


@pytest.mark.parametrize("broken", ["#/channels/sample.load.lost.v1", "#/components/channels/none"])
def test_a_reference_that_leads_nowhere_is_found(broken: str) -> None:
    document = document_of(*RICH)
    document["operations"]["sample.load.ended.v1"]["channel"]["$ref"] = broken
    assert dangling(document) == [broken]


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("operations", "sample.load.ended.v1", "channel"), "sample.load.ended.v1"),
        (("operations", "sample.load.ended.v1", "action"), "announce"),
        (("channels", "sample.load.ended.v1", "bindings", "amqp", "exchange", "type"), "stream"),
        (("channels", "sample.load.ended.v1", "messages"), []),
        (("components", "messages", "sample.load.ended.v1", "payload", "type"), "record"),
        (("servers", "bus", "host"), None),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else repr(value),
)
def test_a_broken_document_is_refused(path: tuple[str, ...], wrong: Any, published: Draft7Validator) -> None:
    document = document_of(*RICH)
    *steps, last = path
    place = document
    for step in steps:
        place = place[step]
    place[last] = wrong
    assert not published.is_valid(document)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.routing_key())
def test_every_event_is_described(event: type[Event]) -> None:
    document, key = document_of(*EVENTS), event.routing_key()
    assert document["channels"][key]["address"] == key
    assert document["operations"][key]["channel"] == {"$ref": f"#/channels/{key}"}
    assert document["components"]["messages"][key]["description"], f"{event.__name__} has no docstring"
    assert event.about in event.model_fields, f"{event.__name__} is about a field that it does not have"


def test_no_two_events_share_a_routing_key() -> None:
    assert len(document_of(*EVENTS)["channels"]) == len(EVENTS)


@pytest.mark.parametrize("event", [*EVENTS, *RICH], ids=lambda event: event.routing_key())
def test_examples_and_written_bytes_follow_the_payload_schema(event: type[Event]) -> None:
    document, key = document_of(*EVENTS, *RICH), event.routing_key()
    validator = payload_validator(document, key)
    validator.check_schema(validator.schema)
    message = document["components"]["messages"][key]
    written = json.loads(made(event).to_cloud_event(TIME))
    assert [error.message for error in validator.iter_errors(message["examples"][0]["payload"])] == []
    assert [error.message for error in validator.iter_errors(written)] == []
    assert list(written) == message["payload"]["required"]


def test_an_event_made_by_hand_follows_its_schema_and_a_damaged_one_does_not() -> None:
    validator = payload_validator(document_of(LoadEnded), "sample.load.ended.v1")
    event = LoadEnded.model_validate({"account_id": ACCOUNT, "network_id": NETWORK, **FIELDS})
    written = json.loads(event.to_cloud_event(TIME))
    assert written["subject"] == str(RUN)
    assert validator.is_valid(written)
    assert not validator.is_valid(written | {"type": "sample.load.ended.v2"})
    assert not validator.is_valid(written | {"data": {}})
    assert not validator.is_valid({name: value for name, value in written.items() if name != "accountid"})
    assert not validator.is_valid(written | {"data": written["data"] | {"counts": {"read": "four"}}})


def test_what_a_consumer_has_to_know_is_said() -> None:
    document = asyncapi_document(RICH, version="1.2.3", namespace="acme")
    description = document["info"]["description"]
    for word in (
        "`acme.events`",
        "`acme.log`",
        "7 days",
        "`x-stream-offset`",
        "prefetch",
        "at least once",
        "`id`",
    ):
        assert word in description
    message = document["components"]["messages"]["sample.load.ended.v1"]
    assert message["title"] == "Load ended"
    assert message["summary"] == "A load has ended."
    assert message["description"] == "A load has ended.\n\nIts counts are final."
    assert message["contentType"] == "application/cloudevents+json"
    exchange = document["channels"]["sample.load.ended.v1"]["bindings"]["amqp"]["exchange"]
    assert exchange == {"name": "acme.events", "type": "topic", "durable": True, "autoDelete": False}
    operation = document["operations"]["sample.load.ended.v1"]
    assert operation["action"] == "send"
    assert operation["messages"] == [{"$ref": "#/channels/sample.load.ended.v1/messages/LoadEnded"}]


def test_the_envelope_is_the_cloud_event_of_that_type() -> None:
    payload = document_of(LoadEnded)["components"]["messages"]["sample.load.ended.v1"]["payload"]
    constant = {name: field["const"] for name, field in payload["properties"].items() if "const" in field}
    assert constant["specversion"] == "1.0"
    assert constant["type"] == "sample.load.ended.v1"
    assert constant["source"] == "/sample"
    assert constant["dataschema"].endswith("/events/sample.load.ended.v1.json")
    required = {"id", "subject", "time", "accountid", "networkid", "data", *constant}
    assert set(payload["required"]) == set(payload["properties"]) == required


def test_envelope_fields_are_not_repeated_in_the_data() -> None:
    payload = document_of(LoadEnded)["components"]["messages"]["sample.load.ended.v1"]["payload"]
    assert set(payload["properties"]["data"]["properties"]) == {
        "run_id", "result", "counts", "by_stream", "day", "ended_at", "share", "code", "streams",
    }  # fmt: skip


def test_an_archive_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / f"{VERSION}.tgz").write_bytes(b"something else")
    with pytest.raises(SchemaChanged):
        asyncapi_schema(tmp_path)


def test_without_npm_the_schema_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SchemaMissing, match="npm is not installed"):
        asyncapi_schema(tmp_path)


@pytest.mark.parametrize(("ci", "required"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_continuous_integration_may_not_skip(
    ci: str, required: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    assert required_here() is required
