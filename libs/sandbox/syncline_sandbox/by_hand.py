"""The pages' routes. Forms come as browsers send them; a refusal shows the page again, with the vendor's own words."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from syncline_sandbox import pages
from syncline_sandbox.boxes import Box
from syncline_sandbox.calls import Refused
from syncline_sandbox.drafts import ConditionsDraft, FaultDraft, PushDraft, apply
from syncline_sandbox.pages import HOME
from syncline_sandbox.store import Stored
from syncline_sandbox.switches import switches
from syncline_sandbox.vendor import Vendor

Given = dict[str, Any]


class ByHand:
    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor

    async def home(self, _request: Request) -> Response:
        return HTMLResponse(switches(self._vendor))

    async def data(self, request: Request) -> Response:
        asked = request.query_params
        return HTMLResponse(pages.data(self._vendor, asked.get("stream", ""), asked.get("q", "")))

    async def asked(self, _request: Request) -> Response:
        return HTMLResponse(pages.asked(self._vendor))

    async def record(self, request: Request) -> Response:
        stored = self._vendor.store.records.get(request.path_params["id"])
        if stored is None:
            return HTMLResponse(pages.page(self._vendor, "There is no such record"), 404)
        if request.method == "GET":
            return HTMLResponse(pages.record(self._vendor, stored))
        given = dict(await _form(request))
        changed = _changed(stored, given, self._vendor.boxes(stored))
        try:
            self._vendor.edit(stored.id, changed, given.get("sandbox.by", ""))
        except Refused as refused:
            answer = refused.answer
            return HTMLResponse(pages.record(self._vendor, stored, _words(answer.body), given), answer.status)
        return RedirectResponse(f"{HOME}/data/{stored.id}", 303)

    async def faults(self, request: Request) -> Response:
        draft = FaultDraft.model_validate(_told(await _form(request)))
        self._vendor.faults.order(draft.operation, draft.fault, draft.count, draft.skip)
        return RedirectResponse(HOME, 303)

    async def lift(self, _request: Request) -> Response:
        self._vendor.faults.lift()
        return RedirectResponse(HOME, 303)

    async def conditions(self, request: Request) -> Response:
        pairs = await _form(request)
        given: Given = _told([it for it in pairs if it[0] != "revoked"])
        given["revoked"] = [value for name, value in pairs if name == "revoked"]
        given["latency"] = (given.pop("low", None) or 0, given.pop("high", None) or 0)
        apply(self._vendor, ConditionsDraft.model_validate(given))
        return RedirectResponse(HOME, 303)

    async def deliveries(self, request: Request) -> Response:
        apply(self._vendor, ConditionsDraft.model_validate(_told(await _form(request))))
        return RedirectResponse(HOME, 303)

    async def webhooks(self, request: Request) -> Response:
        draft = PushDraft.model_validate(dict(await _form(request)))
        self._vendor.push(draft.stream, draft.url, draft.secret)
        return RedirectResponse(HOME, 303)


def page_routes(vendor: Vendor) -> list[BaseRoute]:
    hand = ByHand(vendor)

    def switch(serve: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            try:
                return await serve(request)
            except ValidationError as error:
                said = "; ".join(f"{'.'.join(map(str, it['loc']))}: {it['msg']}" for it in error.errors())
                return HTMLResponse(switches(vendor, said), 422)

        return guarded

    orders = ("faults", "lift", "conditions", "deliveries", "webhooks")
    return [
        Route(HOME, hand.home),
        Route(f"{HOME}/data", hand.data),
        Route(f"{HOME}/data/{{id}}", hand.record, methods=["GET", "POST"]),
        Route(f"{HOME}/asked", hand.asked),
        *(Route(f"{HOME}/switch/{it}", switch(getattr(hand, it)), methods=["POST"]) for it in orders),
    ]


async def _form(request: Request) -> list[tuple[str, str]]:
    return parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True)


def _told(pairs: list[tuple[str, str]]) -> Given:
    """An empty box is None, which mostly means: as if there were none."""
    return {name: value.strip() or None for name, value in pairs}


def _changed(stored: Stored, given: Mapping[str, str], boxes: Sequence[Box]) -> Given:
    """A browser sends every box, and its own line ends; a person has changed some."""
    before = {it.name: "" if it.adds else _plain(stored.values.get(it.name)) for it in boxes}
    after = {name: _plain(given[name]) for name in before if name in given}
    return {name: it for name, it in after.items() if it != before[name]}


def _plain(value: object) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")


def _words(body: bytes) -> str:
    """What the vendor says, in whichever of its forms."""
    try:
        told = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
    error = told.get("error")
    if isinstance(error, dict):
        return " ".join(str(error[it]) for it in ("message", "detail") if error.get(it))
    return str(told.get("message", told))
