"""Zendesk's ways of saying no: an error's name and a description; of invalid records also the fields that are."""

import json
from typing import Any

from syncline_sandbox.calls import Answer, Call, Refused, as_json


def failure(status: int, error: str, description: str = "", **more: Any) -> Answer:
    told = {"error": error, **({"description": description} if description else {}), **more}
    return as_json(told, status)


def refuse(status: int, error: str, description: str = "", **more: Any) -> Refused:
    return Refused(failure(status, error, description, **more))


def not_found() -> Refused:
    return refuse(404, "RecordNotFound", "Not found")


def forbidden(description: str = "You do not have access to this page.") -> Refused:
    return refuse(403, "Forbidden", description)


def no_scope(scope: str) -> Refused:
    return forbidden(f"You are missing the following required scopes: {scope}")


def invalid(field: str, said: str, error: str = "") -> Refused:
    fault = {"description": said, **({"error": error} if error else {})}
    return refuse(422, "RecordInvalid", "Record validation errors", details={field: [fault]})


def bad_attribute(name: str, wanted: str) -> Refused:
    message = f"You passed an invalid value for the {name} attribute. {wanted}"
    return Refused(as_json({"error": {"title": "Invalid attribute", "message": message}}, 400))


def bad_value(said: str) -> Refused:
    return refuse(400, "InvalidValue", said)


def stale() -> Refused:
    said = "Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again."
    return refuse(409, "UpdateConflict", said)


def closed() -> Refused:
    return invalid("status", "Status: closed prevents ticket update")


def posted(call: Call, name: str) -> dict[str, Any]:
    """The object in the envelope that each write has."""
    if call.content_type != "application/json":
        raise refuse(415, "UnsupportedMediaType", f"Content-Type {call.content_type} is not supported")
    try:
        body = json.loads(call.body or b"{}")
    except ValueError:
        raise refuse(400, "UnprocessableEntity", "Server could not parse JSON") from None
    given = body.get(name) if isinstance(body, dict) else None
    if not isinstance(given, dict):
        raise bad_attribute(name, "must be an object")
    return given
