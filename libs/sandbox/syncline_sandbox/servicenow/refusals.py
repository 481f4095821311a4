"""ServiceNow's way of saying no: an error with a message and a detail, and the word failure."""

import json
from typing import Any

from syncline_sandbox.calls import Answer, Refused, as_json


def failure(status: int, message: str, detail: str | None = None) -> Answer:
    return as_json({"error": {"message": message, "detail": detail}, "status": "failure"}, status)


def refuse(status: int, message: str, detail: str | None = None) -> Refused:
    return Refused(failure(status, message, detail))


def not_authenticated() -> Answer:
    answer = failure(401, "User Not Authenticated", "Required to provide Auth information")
    return answer.also({"WWW-Authenticate": 'Basic realm="Service-now"'})


def no_record() -> Refused:
    """The same whether it is gone or hidden."""
    return refuse(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")


def no_such(name: str) -> Refused:
    return refuse(400, f"Invalid table {name}")


def not_allowed() -> Refused:
    return refuse(403, "User Not Authorized", "Failed API level ACL Validation")


def stopped(detail: str) -> Refused:
    """A rule of the instance ended the write."""
    return refuse(403, "Operation Failed", detail)


def posted_object(body: bytes) -> dict[str, Any]:
    """Of several that are posted only the first is taken."""
    try:
        posted = json.loads(body or b"{}")
    except ValueError:
        raise refuse(400, "Exception while reading request", "The payload is not valid JSON.") from None
    if isinstance(posted, list) and posted:
        posted = posted[0]
    if not isinstance(posted, dict):
        raise refuse(400, "Exception while reading request", "The payload is not an object.")
    return posted
