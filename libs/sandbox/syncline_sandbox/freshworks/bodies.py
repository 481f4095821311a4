"""What was sent: JSON, or a form of several parts, the only way for files."""

import json
import re
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.calls import Call
from syncline_sandbox.freshworks.refusals import refuse

NAME, FILE = re.compile(rb'name="([^"]*)"'), re.compile(rb'filename="([^"]*)"')
KIND = re.compile(rb"content-type:\s*([^\r\n]+)", re.IGNORECASE)
BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
FILES = "attachments[]"


@dataclass(frozen=True, slots=True)
class Sent:
    name: str
    kind: str
    content: bytes


def given_in(call: Call) -> tuple[dict[str, Any], list[Sent]]:
    """The values, and the files beside them."""
    if call.content_type == "multipart/form-data":
        return _form(call)
    if call.content_type != "application/json":
        said = f"Content-Type header is set to {call.content_type}. It should have application/json"
        raise refuse(415, "invalid_content_type", said)
    try:
        posted = json.loads(call.body or b"{}")
    except ValueError:
        raise refuse(400, "invalid_json", "Request body has invalid json format") from None
    if not isinstance(posted, dict):
        raise refuse(400, "invalid_json", "Request body has invalid json format")
    return posted, []


def _form(call: Call) -> tuple[dict[str, Any], list[Sent]]:
    found = BOUNDARY.search(call.headers["content-type"])
    if found is None:
        raise refuse(400, "invalid_json", "The form has no boundary")
    values, files = dict[str, Any](), list[Sent]()
    closing = b"--" + found[1].encode() + b"--"
    if closing not in call.body[-len(closing) - 4 :]:
        raise refuse(400, "invalid_json", "The form is not complete")
    for part in call.body.split(b"--" + found[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        name, file, kind = NAME.search(head), FILE.search(head), KIND.search(head)
        if name and file and name[1].decode() == FILES:
            files.append(Sent(_text(file[1]), _text(kind[1]) if kind else "", content))
        elif name:
            values[name[1].decode()] = _text(content)
    return values, files


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace").replace("%22", '"').strip()
