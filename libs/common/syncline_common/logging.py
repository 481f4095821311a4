"""One line of structured log per fact. What is not known to be harmless is not written."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from syncline_common.redaction import REDACTOR
from syncline_common.settings import ProcessSettings

WITHHELD = "[withheld]"
HARMLESS = frozenset(  # fields that may be written; others are named, but not shown
    [
        "account_id",
        "attempts",
        "code",
        "consumer",
        "count",
        "detail",
        "duration_ms",
        "error",
        "event",
        "event_id",
        "exc_info",
        "exception",
        "failures",
        "instance",
        "kind",
        "level",
        "limit",
        "logger",
        "loop",
        "method",
        "mode",
        "name",
        "network_id",
        "path",
        "pid",
        "port",
        "queue",
        "reason",
        "routing_key",
        "seconds",
        "service",
        "signal",
        "size",
        "span_id",
        "status",
        "timestamp",
        "trace_id",
        "url",
        "version",
        "worker",
    ]
)
NOISY = ("aio_pika", "aiormq", "alembic", "uvicorn", "httpx2", "httpcore2", "asyncio")

Entry = MutableMapping[str, Any]


def set_up_logging(settings: ProcessSettings) -> None:
    as_text = settings.log_format == "text"
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _deny_by_default,
        structlog.processors.format_exc_info,
    ]
    last = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if as_text
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last, _clean],
        )
    )
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(instance=settings.instance)


def _deny_by_default(_logger: Any, _method: str, entry: Entry) -> Entry:
    for name in entry:
        if name not in HARMLESS and not name.startswith("_"):
            entry[name] = WITHHELD
    return entry


def _clean(_logger: Any, _method: str, line: Any) -> str:
    return REDACTOR.clean(str(line))
