"""Syncro's ways of saying no; there are several, and a missing permission has the status of a wrong token."""

import json
from typing import Any

from syncline_sandbox.calls import Answer, Call, Refused, as_json

NOT_PERMITTED = "Not authorized. Please ask account admin to update your group permissions."


def invalid_token() -> Answer:
    return as_json({"error": "Invalid API token"}, 401)


def not_permitted() -> Refused:
    return Refused(as_json({"error": NOT_PERMITTED}, 401))


def not_found() -> Refused:
    return Refused(as_json({"message": "Not found"}, 404))


def invalid(*messages: str, params: dict[str, Any] | None = None) -> Refused:
    told: dict[str, Any] = {"success": False, "message": list(messages)}
    return Refused(as_json(told if params is None else {**told, "params": params}, 422))


def wrong(error: str) -> Refused:
    return Refused(as_json({"error": error}, 422))


def unsaved(record: dict[str, Any], errors: str) -> Refused:
    """As of contacts."""
    return Refused(as_json({"record": record, "errors": errors}, 422))


def posted(call: Call) -> dict[str, Any]:
    """What is not JSON is not read at all."""
    if call.content_type != "application/json":
        return {}
    try:
        body = json.loads(call.body or b"{}")
    except ValueError:
        raise Refused(as_json({"status": 400, "error": "Bad Request"}, 400)) from None
    return body if isinstance(body, dict) else {}
