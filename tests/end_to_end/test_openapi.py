"""Every service's OpenAPI document is valid, complete, and says how each route can refuse."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from syncline_common.runtime.host import application_of
from syncline_embedded.services import SERVICES

METHODS = {"get", "post", "put", "patch", "delete"}
EVERY_ROUTE = {"401", "403", "413", "422", "429", "503"}
DOCUMENTS = {service.name: application_of(service).openapi() for service in SERVICES}
FOR_ANYBODY = {
    "POST /sync/v1/hooks/{token}",
    "POST /registry/v1/tokens",
    "POST /registry/v1/tokens/revoke",
    "GET /registry/v1/jwks.json",
    "GET /registry/v1/oauth/callback",
    "GET /connections/v1/configuration.schema.json",
}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


OPERATIONS = [
    pytest.param(name, operation, id=name)
    for document in DOCUMENTS.values()
    for name, operation in operations(document)
]
each_document = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
each_operation = pytest.mark.parametrize(("name", "operation"), OPERATIONS)


@each_document
def test_it_is_valid(document: dict[str, Any]) -> None:
    as_sent = json.loads(json.dumps(document))
    assert [error.message for error in OpenAPIV31SpecValidator(as_sent).iter_errors()] == []
    assert as_sent["openapi"].startswith("3.1.")


@each_document
def test_no_reference_leads_nowhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    named = [part.split('"')[0] for part in json.dumps(document).split('"#/components/schemas/')[1:]]
    assert set(named) <= set(schemas) and "HTTPValidationError" not in schemas
    properties = set(schemas["Problem"]["properties"])
    assert {"type", "title", "status", "detail", "code", "errors", "allowed", "trace_id"} == properties


@each_document
def test_paths_are_the_services_own_and_nothing_internal_is_told(document: dict[str, Any]) -> None:
    (name,) = [name for name, it in DOCUMENTS.items() if it is document]
    assert document["info"]["title"] and document["info"]["description"]
    for path in document["paths"]:
        assert path.startswith(f"/{name}/") and "/internal" not in path


@each_operation
def test_each_operation_is_described(name: str, operation: dict[str, Any]) -> None:
    assert operation.get("summary") and operation.get("description") and operation.get("tags")


@each_operation
def test_each_says_how_it_can_refuse(name: str, operation: dict[str, Any]) -> None:
    if "/v1/" not in name:
        return  # health, figures, documents: for everybody
    responses = operation["responses"]
    assert set(responses) >= EVERY_ROUTE, name
    if name not in FOR_ANYBODY:
        assert any("HTTPBearer" in it for it in operation["security"])
    for status, response in responses.items():
        if status >= "400":
            assert response["content"] == PROBLEM, (name, status)
    if "{" in name:
        assert "404" in responses


def test_the_names_of_operations_are_unique() -> None:
    for document in DOCUMENTS.values():
        ids = [operation["operationId"] for _, operation in operations(document)]
        assert len(ids) == len(set(ids))
