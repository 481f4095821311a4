"""Salesforce's way of saying no: a list of errors, each with a code, a message and the fields it is about."""

import json
from collections.abc import Sequence
from typing import Any

from syncline_sandbox.calls import Answer, Refused, as_json

GONE = "entity is deleted"


def failure(status: int, code: str, message: str, fields: Sequence[str] | None = None) -> Answer:
    """Only what is about a record names fields."""
    error: dict[str, Any] = {"message": message, "errorCode": code}
    return as_json([error if fields is None else {**error, "fields": list(fields)}], status)


def refuse(status: int, code: str, message: str, fields: Sequence[str] | None = None) -> Refused:
    return Refused(failure(status, code, message, fields))


def of_record(code: str, message: str, *fields: str) -> Refused:
    return refuse(400, code, message, fields)


def no_session() -> Answer:
    return failure(401, "INVALID_SESSION_ID", "Session expired or invalid")


def nothing_found() -> Refused:
    return refuse(404, "NOT_FOUND", "The requested resource does not exist")


def gone() -> Refused:
    return refuse(404, "ENTITY_IS_DELETED", GONE, ())


def not_allowed() -> Refused:
    return refuse(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", ())


def malformed(message: str) -> Refused:
    return refuse(400, "MALFORMED_QUERY", message)


def no_column(name: str, entity: str) -> Refused:
    return refuse(400, "INVALID_FIELD", f"No such column '{name}' on entity '{entity}'.")


def errors_of(refused: Refused) -> list[dict[str, Any]]:
    """As a collection has them: with a code of another name."""
    told = json.loads(refused.answer.body)
    return [
        {"statusCode": it["errorCode"], "message": it["message"], "fields": it.get("fields", [])}
        for it in told
    ]


def posted(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise refuse(400, "JSON_PARSER_ERROR", "Unexpected character in the request body") from None


def posted_object(body: bytes) -> dict[str, Any]:
    told = posted(body)
    if not isinstance(told, dict):
        raise refuse(400, "JSON_PARSER_ERROR", "Can not deserialize: an object is needed")
    return told
