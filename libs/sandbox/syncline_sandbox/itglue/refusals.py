"""IT Glue's ways of saying no, in the form of JSON:API; and what it takes for a body."""

import json
from typing import Any

from syncline_sandbox.calls import Answer, Call, Refused

MEDIA = "application/vnd.api+json"


def document(body: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": MEDIA})


def errors(status: int, title: str, detail: str = "", pointer: str = "") -> Answer:
    told: dict[str, Any] = {"status": str(status), "title": title, "detail": detail or title}
    if pointer:
        told["source"] = {"pointer": f"/data/attributes/{pointer}"}
    return document({"errors": [told]}, status)


def not_accepted() -> Answer:
    """The introduction of its documents says 403 of a wrong key, its tables 401: this is the harder one to tell."""
    return errors(403, "Forbidden", "The API key is not valid")


def forbidden() -> Refused:
    return Refused(errors(403, "Forbidden", "This API key may not write"))


def not_found() -> Refused:
    return Refused(errors(404, "Record not found"))


def bad_request(detail: str) -> Refused:
    return Refused(errors(400, "Bad request", detail))


def invalid(name: str, words: str) -> Refused:
    pointer = name.replace("_", "-")
    return Refused(errors(422, "Invalid attribute", f"{pointer} {words}", pointer))


def posted(call: Call) -> Any:
    """The data of a document: an object, or an array where several go at once."""
    if call.content_type != MEDIA:
        raise Refused(errors(415, "Unsupported Media Type", f"Content-Type must be {MEDIA}"))
    try:
        body = json.loads(call.body or b"null")
    except ValueError:
        raise bad_request("The body is not JSON") from None
    if not isinstance(body, dict) or "data" not in body:
        raise bad_request("The document has no data")
    return body["data"]


def resource(call: Call, type: str) -> dict[str, Any]:
    data = posted(call)
    if not isinstance(data, dict) or data.get("type") != type:
        raise bad_request(f"data is not of the type {type}")
    return data
