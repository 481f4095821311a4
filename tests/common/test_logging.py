"""What a log line may hold: facts known to be harmless, and no secret, whoever wrote it."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from io import StringIO
from typing import Any

import pytest
import structlog

from syncline_common.logging import NOISY, set_up_logging
from syncline_common.redaction import REDACTOR
from syncline_common.settings import ProcessSettings

SECRET = "open-sesame-0815"
Lines = Callable[[], list[dict[str, Any]]]


SERVERS = ("uvicorn", "uvicorn.access", "uvicorn.error")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Logging belongs to the whole process, and so to the other tests; their servers may speak for themselves."""
    root, before = logging.getLogger(), structlog.get_config()
    kept = [(it, it.level, it.propagate, it.handlers) for it in map(logging.getLogger, (*NOISY, *SERVERS))]
    level = root.level
    for logger in map(logging.getLogger, SERVERS):
        logger.level, logger.propagate, logger.handlers = logging.NOTSET, True, []
    yield
    ours = [it for it in root.handlers if isinstance(it.formatter, structlog.stdlib.ProcessorFormatter)]
    for handler in ours:
        root.removeHandler(handler)
    root.setLevel(level)
    for logger, was, propagates, handlers in kept:
        logger.setLevel(was)
        logger.propagate, logger.handlers = propagates, handlers
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


def set_up(**settings: Any) -> StringIO:
    """As a process does it; the handlers of the test runner look away meanwhile, or they would be closed."""
    root, written = logging.getLogger(), StringIO()
    others, root.handlers = root.handlers, []
    with redirect_stderr(written):
        set_up_logging(ProcessSettings(instance="test-1", **settings))
    root.handlers += others
    REDACTOR.learn(SECRET)
    return written


@pytest.fixture
def lines() -> Lines:
    """What was logged; each line must be JSON."""
    written = set_up(log_format="json", log_level="info")
    return lambda: [json.loads(line) for line in written.getvalue().split("\n")[:-1]]


def test_a_line_says_what_when_where_and_who(lines: Lines) -> None:
    structlog.get_logger("syncline.here").info("loop failed", loop="relay", failures=3)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "loop failed",
        "level": "info",
        "logger": "syncline.here",
        "instance": "test-1",
        "loop": "relay",
        "failures": 3,
    }


def test_what_is_not_known_to_be_harmless_is_named_and_withheld(lines: Lines) -> None:
    structlog.get_logger("x").info("saved", email="ada@example.com", body={"a": 1}, count=2)
    (line,) = lines()
    assert (line["email"], line["body"], line["count"]) == ("[withheld]", "[withheld]", 2)


def test_what_is_bound_to_the_context_is_no_exception(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(trace_id="abc", person="ada"):
        structlog.get_logger("x").info("saved")
    (line,) = lines()
    assert (line["trace_id"], line["person"]) == ("abc", "[withheld]")


def test_secrets_are_masked_in_messages_and_fields(lines: Lines) -> None:
    structlog.get_logger("x").warning(f"token {SECRET} refused", detail=f"Bearer {SECRET}")
    (line,) = lines()
    assert (line["event"], line["detail"]) == ("token [secret] refused", "Bearer [secret]")


def test_secrets_are_masked_in_tracebacks(lines: Lines) -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as exc:
            raise RuntimeError(f"with {SECRET}\nand more") from exc
    except RuntimeError:
        structlog.get_logger("x").exception("failed")
        logging.getLogger("foreign").exception("failed as well")
    ours, theirs = lines()
    for line in (ours, theirs):
        assert "RuntimeError: with [secret]" in line["exception"] and "KeyError" in line["exception"]
        assert SECRET not in json.dumps(line)


def test_foreign_loggers_write_the_same_lines(lines: Lines) -> None:
    log = logging.getLogger("sqlalchemy.engine")
    log.warning("connecting to %s", f"postgresql://u:{SECRET}@db/x", extra={"password": SECRET, "count": 1})
    (line,) = lines()
    assert line["event"] == "connecting to postgresql://u:[secret]@db/x"
    assert (line["level"], line["logger"], line["instance"]) == ("warning", "sqlalchemy.engine", "test-1")
    assert SECRET not in json.dumps(line)


def test_a_line_stays_a_line(lines: Lines) -> None:
    structlog.get_logger("x").info('two\nlines, "quotes" and \x00 and ü and \ud800', reason="a\r\nb")
    (line,) = lines()
    assert (line["event"], line["reason"]) == ('two\nlines, "quotes" and \x00 and ü and \ud800', "a\r\nb")


def test_below_the_level_nothing_is_written_and_noisy_libraries_are_quiet(lines: Lines) -> None:
    structlog.get_logger("x").debug("never")
    for name in ("aio_pika", "aiormq", "uvicorn.access", "httpx2", "asyncio"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble")
    assert [line["event"] for line in lines()] == ["trouble"] * 5


def test_people_get_text_with_the_same_rules() -> None:
    output = set_up(log_format="text", log_level="warning")
    structlog.get_logger("y").info("never")
    structlog.get_logger("y").warning(f"refused {SECRET}", email="ada@example.com", service="sync")
    written = output.getvalue()
    assert "refused [secret]" in written and "service=sync" in written and "email=[withheld]" in written
    assert SECRET not in written and "ada@example.com" not in written and "never" not in written


def test_afterwards_all_is_as_it_was() -> None:
    """Checks the fixture above, which ran for those before."""
    assert structlog.get_config()["wrapper_class"] is not structlog.stdlib.BoundLogger
    assert "instance" not in structlog.contextvars.get_contextvars()
    formatters = [handler.formatter for handler in logging.getLogger().handlers]
    assert not any(isinstance(it, structlog.stdlib.ProcessorFormatter) for it in formatters)
