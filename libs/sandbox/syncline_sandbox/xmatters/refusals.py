"""xMatters' way of saying no: a code, its reason, a message."""

import json
from http import HTTPStatus
from typing import Any

from syncline_sandbox.calls import Answer, Call, Refused, as_json


def failure(code: int, message: str) -> Answer:
    return as_json({"code": code, "reason": HTTPStatus(code).phrase, "message": message}, code)


def refuse(code: int, message: str) -> Refused:
    return Refused(failure(code, message))


def not_known(what: str) -> Refused:
    return refuse(404, f"Could not find a {what} with this id or name")


def forbidden() -> Refused:
    return refuse(403, "User does not have permission to perform this operation")


def invalid(message: str) -> Refused:
    return refuse(400, message)


def conflict(message: str) -> Refused:
    return refuse(409, message)


def posted_object(call: Call) -> dict[str, Any]:
    if call.content_type != "application/json":
        raise refuse(415, "The body has to be application/json")
    try:
        posted = json.loads(call.body)
    except ValueError:
        raise invalid("The body is not valid JSON") from None
    if not isinstance(posted, dict):
        raise invalid("The body is not an object")
    return posted
