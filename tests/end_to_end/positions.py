"""Every place of the HTTP API where an id can be sent, read off the OpenAPI documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncline_common.runtime.host import application_of
from syncline_embedded.services import SERVICES

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, order=True)
class Position:
    method: str
    path: str
    where: str  # path, query or body
    name: str  # inside a part of a body: a/system_id

    @property
    def noun(self) -> str:
        return self.name.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.where}:{self.name}"


def documents() -> dict[str, dict[str, Any]]:
    return {service.name: application_of(service).openapi() for service in SERVICES}


def operations() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    for document in documents().values():
        for path, item in document["paths"].items():
            for method in METHODS:
                if method in item and "/internal/" not in path:
                    yield method.upper(), path, item[method], document


def positions() -> set[Position]:
    found = set()
    for method, path, operation, document in operations():
        for parameter in operation.get("parameters", ()):
            if parameter["in"] in ("path", "query") and is_id(parameter["schema"], document):
                found.add(Position(method, path, parameter["in"], parameter["name"]))
        body = (
            operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        )
        found |= {Position(method, path, "body", name) for name in ids_in(body, document)}
    return found


def ids_in(schema: dict[str, Any], document: dict[str, Any], prefix: str = "") -> Iterator[str]:
    resolved = follow(schema, document)
    for name, field in resolved.get("properties", {}).items():
        if is_id(field, document):
            yield f"{prefix}{name}"
        else:
            yield from ids_in(field, document, f"{prefix}{name}/")


def is_id(schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """Also in lists, and where it may be left out."""
    schema = follow(schema, document)
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), schema.get("items", {})]
    return schema.get("format") == "uuid" or any(is_id(choice, document) for choice in choices if choice)


def follow(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema
