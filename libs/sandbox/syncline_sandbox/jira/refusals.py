"""Jira's way of saying no: a collection of messages, some of them about a field."""

import json
from collections.abc import Mapping
from typing import Any

from syncline_sandbox.calls import Answer, Call, Refused, as_json

NO_ISSUE = "Issue does not exist or you do not have permission to see it."
ONLY_APPS = "Only Connect and OAuth 2.0 apps can use this operation."


def collection(status: int, *messages: str, errors: Mapping[str, str] | None = None) -> Answer:
    return as_json({"errorMessages": list(messages), "errors": dict(errors or {})}, status)


def refuse(status: int, *messages: str, errors: Mapping[str, str] | None = None) -> Refused:
    return Refused(collection(status, *messages, errors=errors))


def not_authenticated() -> Answer:
    told = {"message": "Client must be authenticated to access this resource.", "status-code": 401}
    return as_json(told, 401, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})


def no_issue() -> Refused:
    """The same whether it is gone or hidden."""
    return refuse(404, NO_ISSUE)


def field_refused(**errors: str) -> Refused:
    return refuse(400, errors=errors)


def not_settable(id: str) -> str:
    return f"Field '{id}' cannot be set. It is not on the appropriate screen, or unknown."


def posted(call: Call) -> dict[str, Any]:
    if call.content_type != "application/json":
        raise Refused(as_json({"message": "Unsupported Media Type", "status-code": 415}, 415))
    try:
        given = json.loads(call.body or b"null")
    except ValueError:
        raise refuse(400, "There was an error parsing JSON. Check that your request body is valid.") from None
    if not isinstance(given, dict):
        raise refuse(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    return given


def only(given: Mapping[str, Any], *names: str) -> None:
    """What a body may not hold is refused by its name."""
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise refuse(400, f'Unrecognized field "{unknown[0]}"')
