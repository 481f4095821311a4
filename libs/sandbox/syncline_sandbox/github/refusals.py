"""GitHub's way of saying no: a message, where to read about it, and errors by resource and field."""

import json
from typing import Any

from syncline_sandbox.calls import Answer, Refused, as_json, as_text

DOCS = "https://docs.github.com/rest"


def problem(status: int, message: str, errors: list[dict[str, Any]] | None = None) -> Answer:
    body: dict[str, Any] = {"message": message, "documentation_url": DOCS, "status": str(status)}
    return as_json({**body, **({"errors": errors} if errors else {})}, status)


def refuse(status: int, message: str) -> Refused:
    return Refused(problem(status, message))


def bad_credentials() -> Answer:
    return problem(401, "Bad credentials")


def no_authentication() -> Refused:
    return refuse(401, "Requires authentication")


def nothing() -> Refused:
    """Of what is not there as of what one may not see."""
    return refuse(404, "Not Found")


def deleted() -> Refused:
    return refuse(410, "This issue was deleted")


def not_accessible(needed: str) -> Refused:
    """To a fine-grained token, with what it would have taken."""
    answer = problem(403, "Resource not accessible by personal access token")
    return Refused(answer.also({"X-Accepted-GitHub-Permissions": needed}))


def invalid(resource: str, field: str, code: str, value: object = None) -> Refused:
    error: dict[str, Any] = {"resource": resource, "field": field, "code": code}
    if value is not None:
        error["value"] = value
    return Refused(problem(422, "Validation Failed", [error]))


def custom(resource: str, message: str, field: str = "base") -> Refused:
    error = {"resource": resource, "field": field, "code": "custom", "message": message}
    return Refused(problem(422, "Validation Failed", [error]))


def no_user_agent() -> Refused:
    words = (
        "\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent header"
    )
    return Refused(as_text(words, 403))


def posted_object(body: bytes) -> dict[str, Any]:
    try:
        posted = json.loads(body or b"{}")
    except ValueError:
        raise refuse(400, "Problems parsing JSON") from None
    if not isinstance(posted, dict):
        raise refuse(400, "Body should be a JSON object")
    return posted
