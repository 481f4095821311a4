"""Spans of requests to systems on their way to a collector, by OTLP: only where one is named and requirements/otel.txt is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from syncline_common.clock import Clock, SystemClock
from syncline_common.sdk.spans import Ended, heard_by
from syncline_common.settings import SpanSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

log = structlog.get_logger(__name__)
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
MISSING = "OTEL_EXPORTER_OTLP_ENDPOINT is set, but what requirements/otel.txt holds is not installed: no spans are exported"


@contextmanager
def exporting(settings: SpanSettings, service: str) -> Iterator[None]:
    """The exporter itself reads what else OpenTelemetry defines, such as OTEL_EXPORTER_OTLP_HEADERS."""
    if settings.otlp_endpoint is None:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        log.warning(MISSING)
        yield
        return
    with exported_by(BatchSpanProcessor(OTLPSpanExporter()), service):
        yield


@contextmanager
def exported_by(processor: "SpanProcessor", service: str, clock: Clock | None = None) -> Iterator[None]:
    """What is left is sent on the way out."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415

    resource, clock = Resource.create({"service.name": f"syncline-{service}"}), clock or SystemClock()
    try:
        with heard_by(lambda ended: processor.on_end(as_span(ended, resource, clock.now()))):
            yield
    finally:
        processor.shutdown()


def as_span(ended: Ended, resource: "Resource", at: datetime) -> "ReadableSpan":
    """Its ids are those that the system was sent, so that both sides' spans are of one trace."""
    from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags  # noqa: PLC0415

    def context(span: str, *, remote: bool) -> SpanContext:
        flags = TraceFlags(TraceFlags.SAMPLED)
        return SpanContext(int(ended.span.trace, 16), int(span, 16), is_remote=remote, trace_flags=flags)

    end = (at - EPOCH) // MICROSECOND * 1000
    failed = ended.status is None or ended.status >= 400
    attributes: dict[str, str | int] = {
        "http.request.method": ended.method,
        "server.address": ended.host,
        "url.path": ended.path,
        "syncline.kind": ended.kind,
    }
    if ended.status is not None:
        attributes["http.response.status_code"] = ended.status
    return ReadableSpan(
        f"{ended.method} {ended.kind}",
        context(ended.span.id, remote=False),
        parent=context(ended.span.parent, remote=True) if ended.span.parent else None,
        resource=resource,
        attributes=attributes,
        kind=SpanKind.CLIENT,
        status=Status(StatusCode.ERROR if failed else StatusCode.UNSET),
        start_time=end - round(ended.seconds * 1e9),
        end_time=end,
    )
