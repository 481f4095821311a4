"""The bus as an AsyncAPI 3 document, derived from the event classes: what is described is what is written."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from inspect import cleandoc
from typing import Any
from uuid import UUID

from pydantic.json_schema import models_json_schema

from syncline_common.events.base import ENVELOPE, Event

CONTENT_TYPE = "application/cloudevents+json"
TYPES = "#/components/schemas/"
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)  # when every example happened

GUIDE = """\
Everything Syncline announces: facts in the past tense, as CloudEvents 1.0 in JSON. They carry ids and counts,
never secrets or records; what an id stands for is read over HTTP.

**To listen**, declare a durable queue of your own and bind it to the topic exchange `{namespace}.events`. The
routing key is the event's type: `registry.#`, `sync.run.*.v1` and `#` are all good bindings.

**To replay**, or to start with the past, consume the stream queue `{namespace}.log`. It holds every event for
7 days. The consumer argument `x-stream-offset` says where to begin: `first`, `last`, `next`, an offset, a
timestamp, or an age such as `7D`. Reading removes nothing; each message has its offset in the header of that
name. A stream requires a prefetch count (`basic.qos`) and acknowledgements; it refuses automatic ones.

**Delivery is at least once**, from the exchange as from the log: keep the `id` of each event you acted on, in
the transaction of its effects, and ignore one you have seen.

A routing key never changes its meaning. Fields may be added within a version; anything else is a new version
with a routing key of its own."""


def asyncapi_document(
    events: Sequence[type[Event]], *, version: str, namespace: str = "syncline"
) -> dict[str, Any]:
    """What a consumer has to know, for people and for code generators. The same events, the same document."""
    events = sorted(events, key=lambda event: event.routing_key())
    fields, types = _schemas(events)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Syncline events",
            "version": version,
            "description": GUIDE.format(namespace=namespace),
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"bus": _server()},
        "channels": {event.routing_key(): _channel(event, namespace) for event in events},
        "operations": {event.routing_key(): _operation(event) for event in events},
        "components": {
            "messages": {event.routing_key(): _message(event, fields[event], types) for event in events},
            "schemas": types,
        },
    }


def _server() -> dict[str, Any]:
    address = {"default": "localhost:5672", "description": "Host and port, as in `SYNCLINE_BUS_URL`."}
    return {
        "host": "{broker}",
        "protocol": "amqp",
        "protocolVersion": "0-9-1",
        "description": "RabbitMQ. An embedded Syncline has its bus inside the process and needs no broker.",
        "variables": {"broker": address},
        "security": [{"type": "userPassword", "description": "A RabbitMQ user of your own."}],
    }


def _schemas(events: Sequence[type[Event]]) -> tuple[dict[type[Event], dict[str, Any]], dict[str, Any]]:
    """The fields of each event, and by name the types they use; two types of one name get distinct ones."""
    references, found = models_json_schema(
        [(event, "serialization") for event in events], by_alias=False, ref_template=f"{TYPES}{{model}}"
    )
    types: dict[str, Any] = found.get("$defs", {})
    names = {event: references[event, "serialization"]["$ref"].removeprefix(TYPES) for event in events}
    return {event: types.pop(name) for event, name in names.items()}, types


def _channel(event: type[Event], namespace: str) -> dict[str, Any]:
    key = event.routing_key()
    exchange = {"name": f"{namespace}.events", "type": "topic", "durable": True, "autoDelete": False}
    return {
        "address": key,
        "title": _title(event),
        "servers": [{"$ref": "#/servers/bus"}],
        "messages": {event.__name__: {"$ref": f"#/components/messages/{key}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def _operation(event: type[Event]) -> dict[str, Any]:
    key = event.routing_key()
    return {
        "action": "send",
        "title": _title(event),
        "summary": f"Syncline announces `{key}`.",
        "tags": [{"name": key.partition(".")[0]}],
        "channel": {"$ref": f"#/channels/{key}"},
        "messages": [{"$ref": f"#/channels/{key}/messages/{event.__name__}"}],
    }


def _message(event: type[Event], fields: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    description = cleandoc(event.__doc__ or "")
    values = {name: _sample(field, types, name) for name, field in fields["properties"].items()}
    example = json.loads(event.model_validate(values).to_cloud_event(NOON))
    return {
        "name": event.routing_key(),
        "title": _title(event),
        "summary": description.partition("\n")[0],
        "description": description,
        "contentType": CONTENT_TYPE,
        "payload": _envelope(event, fields, example),
        "examples": [{"payload": example}],
    }


def _envelope(event: type[Event], fields: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """The CloudEvent as it is written. Attributes not named here are the same in all events of the type."""
    identifier = {"type": "string", "format": "uuid"}
    varying = {
        "id": identifier | {"description": "The same at each delivery of the event: deduplicate by it."},
        "subject": {"type": "string", "description": f"What it is about: the value of `{event.about}`."},
        "time": {"type": "string", "format": "date-time", "description": "When it happened, in UTC."},
        "accountid": identifier,
        "networkid": identifier,
        "data": _data(fields),
    }
    properties = {
        name: varying.get(name, {"type": "string", "const": value}) for name, value in written.items()
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _data(fields: dict[str, Any]) -> dict[str, Any]:
    own = {name: field for name, field in fields["properties"].items() if name not in ENVELOPE}
    required = [name for name in fields.get("required", []) if name in own]
    return {"type": "object", "title": fields["title"], "required": required, "properties": own}


def _title(event: type[Event]) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", event.__name__).capitalize()


def _sample(schema: Mapping[str, Any], types: Mapping[str, Any], name: str) -> Any:
    """A value the schema allows, the same one each time. A field knows better? `Field(examples=[...])`."""
    match schema:
        case {"examples": [value, *_]} | {"const": value} | {"enum": [value, *_]}:
            return value
        case {"$ref": str(reference)}:
            return _sample(types[reference.removeprefix(TYPES)], types, name)
        case {"anyOf": [choice, *_]} | {"oneOf": [choice, *_]} | {"allOf": [choice, *_]}:
            return _sample(choice, types, name)
        case {"type": "object"}:
            return {key: _sample(field, types, key) for key, field in schema.get("properties", {}).items()}
        case {"type": "array", "items": items}:
            return [_sample(items, types, name)]
        case {"type": "string"}:
            return _text(schema, name)
        case {"type": "integer" | "number"}:
            least = max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
            return min(least, schema.get("maximum", least))
        case {"type": "boolean"}:
            return True
    return schema.get("default")


def _text(schema: Mapping[str, Any], name: str) -> str:
    match schema.get("format"):
        case "uuid" | "uuid7":
            millis, bits = int(NOON.timestamp() * 1000), int.from_bytes(sha256(name.encode()).digest()[:8])
            return str(UUID(int=millis << 80 | 7 << 76 | 2 << 62 | bits >> 2))  # a UUIDv7 of its name
        case "date-time":
            return "2026-01-15T11:58:00Z"
        case "date":
            return "2026-01-15"
        case "uri":
            return "https://example.com/"
    return name.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
