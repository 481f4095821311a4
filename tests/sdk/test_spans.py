"""Spans of exchanges with systems: whose they are, what they say, and how they reach a collector."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from backing.canaries import CANARY
from sdk.vendor import Vendor, Way, answer, listening
from syncline_common import errors
from syncline_common.api.gate import RequestGate
from syncline_common.clock import ManualClock
from syncline_common.runtime.spans import exported_by, exporting
from syncline_common.sdk.auth import bearer
from syncline_common.settings import SpanSettings

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def parts(traceparent: str) -> tuple[int, int]:
    _, trace, span, _ = traceparent.split("-")
    return int(trace, 16), int(span, 16)


def ids(span: ReadableSpan) -> tuple[int, int]:
    return span.context.trace_id, span.context.span_id


async def test_a_span_is_the_one_that_the_system_was_told_of(vendor: Vendor, way: Way) -> None:
    vendor.says(answer(503), answer(200, {}))
    at, kept = ManualClock(datetime(2026, 3, 1, tzinfo=UTC)), InMemorySpanExporter()
    with exported_by(SimpleSpanProcessor(kept), "sync", at):
        await way.gateway(bearer(CANARY)).get(f"/things/1?name={CANARY}")
    first, second = kept.get_finished_spans()
    assert [ids(it) for it in (first, second)] == [parts(it.headers["traceparent"]) for it in vendor.heard]
    assert (first.status.is_ok, second.status.is_ok) == (False, True)
    assert second.name == "GET vendor" and second.kind is SpanKind.CLIENT and second.parent is None
    assert dict(second.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "vendor.example",
        "url.path": "/things/1",
        "syncline.kind": "vendor",
    }
    assert second.resource.attributes["service.name"] == "syncline-sync"
    end = at.now() - datetime(1970, 1, 1, tzinfo=UTC)
    assert second.end_time == end // timedelta(microseconds=1) * 1000 and CANARY not in second.to_json()


async def hangs_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_no_answer_is_a_span_too(vendor: Vendor, way: Way) -> None:
    vendor.says(hangs_up)
    kept = InMemorySpanExporter()
    with exported_by(SimpleSpanProcessor(kept), "sync"), pytest.raises(errors.UnknownOutcome):
        await way.gateway().send("POST", "/things", json={})
    [span] = kept.get_finished_spans()
    assert not span.status.is_ok and "http.response.status_code" not in (span.attributes or {})


async def test_it_belongs_to_the_request_that_caused_it(vendor: Vendor, way: Way) -> None:
    """Also beside one that has no trace of its own."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await way.gateway().get(Request(scope).url.path)
        await PlainTextResponse("done")(scope, receive, send)

    kept = InMemorySpanExporter()
    transport = httpx2.ASGITransport(RequestGate(app, "x", {}))
    with exported_by(SimpleSpanProcessor(kept), "x"):
        async with httpx2.AsyncClient(transport=transport, base_url="http://x") as caller:
            headers = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
            await caller.get("/things/1", headers=headers)
            untraced = await caller.get("/things/2")
    first, second = kept.get_finished_spans()
    assert ids(first)[0] == int(TRACE, 16) and first.parent and first.parent.span_id == int(CALLER, 16)
    assert ids(second)[0] == int(untraced.headers["x-trace-id"], 16) and second.parent is None


async def test_spans_reach_a_collector(vendor: Vendor, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """By OTLP, on the way out at the latest."""
    async with listening() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
        leaving = exporting(SpanSettings(), "sync")
        leaving.__enter__()
        await way.gateway().get("/things/1")
        await asyncio.to_thread(leaving.__exit__, None, None, None)
    [sent] = collector.heard
    told = ExportTraceServiceRequest.FromString(sent.body)
    [span] = told.resource_spans[0].scope_spans[0].spans
    assert sent.target == "/v1/traces" and span.name == "GET vendor"
    assert int.from_bytes(span.span_id) == parts(vendor.heard[0].headers["traceparent"])[1]


async def test_without_an_address_nothing_is_loaded(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    _missing(monkeypatch)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    with exporting(SpanSettings(), "sync"):
        await way.gateway().get("/things/1")


async def test_where_the_extra_is_missing_it_is_said_and_all_goes_on(
    way: Way, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _missing(monkeypatch)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    with exporting(SpanSettings(), "sync"):
        await way.gateway().get("/things/1")
    assert "requirements/otel.txt" in capsys.readouterr().out


def _missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [it for it in sys.modules if it.startswith("opentelemetry")]:
        monkeypatch.setitem(sys.modules, name, None)
