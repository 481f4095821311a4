"""A service's HTTP side, made the same way everywhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import Receive, Scope, Send

from syncline_common.api.docs import docs_routes
from syncline_common.api.gate import RequestGate
from syncline_common.api.health import health_routes
from syncline_common.api.limits import Allowance
from syncline_common.api.problems import Problem, install_problem_handlers

VERSION = "1.0.0"


class Application(FastAPI):
    """Everything passes the gate first, so that even an answer to our own bug has its trace id."""

    def __init__(
        self, service: str, body_caps: Mapping[str, int], allowance: Allowance | None = None, **facts: Any
    ) -> None:
        super().__init__(**facts)
        self._gate = RequestGate(super().__call__, service, body_caps, allowance)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._gate(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The problem document is described once, and not by the framework's own idea of a 422."""
        if not self.openapi_schema:
            document = super().openapi()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            for framework in ("HTTPValidationError", "ValidationError"):
                schemas.pop(framework, None)
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs") | {"Problem": problem}
            _describe_streams_in_3_1(document)
            _describe_used_keys(document)
        return self.openapi_schema or {}


def _describe_streams_in_3_1(document: dict[str, Any]) -> None:
    """The framework says what a stream's items are in the words of OpenAPI 3.2; in ours, a stream is text."""
    for path in document["paths"].values():
        for operation in path.values():
            for answer in operation["responses"].values():
                if "itemSchema" in (stream := answer.get("content", {}).get("text/event-stream", {})):
                    del stream["itemSchema"]
                    stream["schema"] = {"type": "string"}


def create_application(
    name: str,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    body_caps: Mapping[str, int],
    allowance: Allowance | None = None,
) -> Application:
    app = Application(
        name,
        body_caps,
        allowance,
        title=title,
        description=description,
        version=VERSION,
        openapi_url=f"/{name}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    install_problem_handlers(app)
    for router in (*routers, health_routes(name), docs_routes(name, title)):
        app.include_router(router)

    return app


def _describe_used_keys(document: dict[str, Any]) -> None:
    """Whoever sends an Idempotency-Key may be told that it was used for something else."""
    for item in document["paths"].values():
        for operation in item.values():
            takes_key = any(it["name"] == "idempotency-key" for it in operation.get("parameters", ()))
            if takes_key and "409" not in operation["responses"]:
                refusals = operation["responses"]
                refusals["409"] = {
                    "description": "idempotency_mismatch",
                    "content": refusals["422"]["content"],
                }
