"""The sandbox's own API beside the vendor's: look at what it holds, break it, edit in it as a person would."""

from dataclasses import asdict
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from syncline_sandbox.calls import Refused
from syncline_sandbox.drafts import ConditionsDraft, EditDraft, FaultDraft, PushDraft, apply
from syncline_sandbox.vendor import Vendor

PREFIX = "/_sandbox"


class Control:
    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor

    async def records(self, request: Request) -> Response:
        stream = request.query_params.get("stream")
        found = [it for it in self._vendor.store.records.values() if stream in (None, it.stream)]
        return JSONResponse(
            [
                {
                    "id": it.id,
                    "stream": it.stream,
                    "version": it.number,
                    "changed_at": it.latest.at.isoformat(),
                    "deleted": it.deleted_at is not None,
                    "values": dict(it.values),
                }
                for it in found
            ]
        )

    async def ledger(self, request: Request) -> Response:
        after = int(request.query_params.get("after", "0"))
        ledger = self._vendor.ledger
        return JSONResponse(
            {
                "requests": [_plain(asdict(it)) for it in ledger.requests if it.number > after],
                "effects": [
                    _plain(asdict(it)) for it in ledger.effects if it.request is None or it.request > after
                ],
            }
        )

    async def faults(self, request: Request) -> Response:
        faults = self._vendor.faults
        if request.method == "DELETE":
            faults.lift()
        if request.method == "POST":
            draft = FaultDraft.model_validate_json(await request.body())
            faults.order(draft.operation, draft.fault, draft.count, draft.skip)
        return JSONResponse([asdict(it) for it in faults.orders])

    async def edits(self, request: Request) -> Response:
        draft = EditDraft.model_validate_json(await request.body())
        try:
            self._vendor.edit(draft.id, draft.values, draft.by)
        except Refused as refused:
            return Response(refused.answer.body, refused.answer.status, dict(refused.answer.headers))
        return Response(status_code=204)

    async def push(self, request: Request) -> Response:
        draft = PushDraft.model_validate_json(await request.body())
        self._vendor.push(draft.stream, draft.url, draft.secret)
        return Response(status_code=204)

    async def conditions(self, request: Request) -> Response:
        apply(self._vendor, ConditionsDraft.model_validate_json(await request.body()))
        return Response(status_code=204)


def control_routes(vendor: Vendor) -> list[BaseRoute]:
    control = Control(vendor)

    def route(path: str, serve: Any, *methods: str) -> Route:
        async def guarded(request: Request) -> Response:
            try:
                answer: Response = await serve(request)
            except (ValidationError, ValueError) as error:
                return JSONResponse({"message": str(error)}, 422)
            return answer

        return Route(PREFIX + path, guarded, methods=list(methods))

    return [
        route("/records", control.records, "GET"),
        route("/ledger", control.ledger, "GET"),
        route("/faults", control.faults, "GET", "POST", "DELETE"),
        route("/edits", control.edits, "POST"),
        route("/webhooks", control.push, "POST"),
        route("/conditions", control.conditions, "POST"),
    ]


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "at": entry["at"].isoformat()}
