"""A JSON Patch document of a work item, taken apart and checked for its form; nothing is written here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from syncline_sandbox.azure_devops.boards import unknown_field
from syncline_sandbox.azure_devops.catalogue import FIELDS
from syncline_sandbox.azure_devops.refusals import bad_argument, posted_json, refuse

PATH = re.compile(
    r"/fields/(?P<field>[^/]+)|/relations/(?P<relation>-|\d+)(?P<inner>/attributes/\w+)?|(?P<rev>/rev)|(?P<id>/id)"
)
OPS = ("add", "replace", "remove", "test")


@dataclass(slots=True)
class Patch:
    values: dict[str, Any] = field(default_factory=dict)
    beside: set[str] = field(
        default_factory=set
    )  # fields whose values are added to, not put in place of others
    tests: list[tuple[str, Any]] = field(default_factory=list)  # a field, or /rev, and what it has to be
    added: list[dict[str, Any]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    noted: list[tuple[int, str, Any]] = field(default_factory=list)  # attributes of relations that are there


def patch_of(body: bytes) -> Patch:
    document = posted_json(body)
    if not isinstance(document, list) or not document or not all(isinstance(it, dict) for it in document):
        raise bad_argument("You must pass a valid patch document in the body of the request.")
    return read(document)


def read(document: Sequence[dict[str, Any]]) -> Patch:
    patch = Patch()
    for operation in document:
        op, path = str(operation.get("op")).lower(), str(operation.get("path"))
        found = PATH.fullmatch(path)
        if op not in OPS or found is None:
            message = f"The operation {op} on the path {path} is not supported."
            raise refuse(400, "VssPropertyValidationException", message)
        if found["rev"] or found["id"]:
            _read_number(patch, op, path, operation.get("value"))
        elif found["field"]:
            _read_field(patch, op, found["field"], operation.get("value"))
        else:
            _read_relation(patch, op, found, operation.get("value"))
    return patch


def _read_number(patch: Patch, op: str, path: str, value: Any) -> None:
    if path == "/rev" and op == "test":
        patch.tests.append(("/rev", value))
    elif path == "/rev" or op != "add":
        raise refuse(
            400, "VssPropertyValidationException", f"The operation {op} on the path {path} is not supported."
        )


def _read_field(patch: Patch, op: str, name: str, value: Any) -> None:
    ref = {it.lower(): it for it in FIELDS}.get(name.lower())
    if ref is None:
        raise unknown_field(name)
    if op == "test":
        patch.tests.append((ref, value))
    else:
        patch.values[ref] = None if op == "remove" else value
        if op == "add" and ref == "System.Tags":
            patch.beside.add(ref)


def _read_relation(patch: Patch, op: str, found: "re.Match[str]", value: Any) -> None:
    if found["inner"] and found["relation"] != "-":
        patch.noted.append((int(found["relation"]), found["inner"].rpartition("/")[2], value))
    elif op == "add" and found["relation"] == "-" and isinstance(value, dict):
        if not isinstance(value.get("rel"), str) or not isinstance(value.get("url"), str):
            raise bad_argument("A relation needs rel and url.")
        patch.added.append(value)
    elif op == "remove" and found["relation"] != "-":
        patch.removed.append(int(found["relation"]))
    else:
        raise bad_argument(f"The operation {op} is not supported on relations.")
