"""How pages say times, states and roles: words from the glossary, never a bare code."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

STATES: Mapping[str, tuple[str, str]] = {  # a connection's: how it is drawn, and what it is called
    "building": ("busy", "Building..."),
    "build_failed": ("bad", "Build failed"),
    "ready_to_configure": ("good", "Ready to configure"),
    "configured": ("good", "Configured"),
    "tested": ("good", "Tested"),
    "active": ("good", "Active"),
    "paused": ("warn", "Paused"),
    "error": ("bad", "Needs attention"),
    "deleting": ("busy", "Deleting..."),
}
STEPS: Mapping[str, tuple[str, str]] = {
    "pending": ("wait", "Waiting"),
    "running": ("busy", "Running..."),
    "done": ("good", "Done"),
    "skipped": ("skip", "Skipped"),
    "failed": ("bad", "Failed"),
}
GROUPS = {
    "system_registration": "System registration",
    "connection_establishment": "Connection establishment",
}
ROLES = {
    "administrator": ("Administrator", "Everything in the account, people and keys included"),
    "manager": ("Manager", "Systems and connections of granted networks"),
    "viewer": ("Viewer", "Looks at granted networks and changes nothing"),
}
SPANS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def state(code: str, cause: Any = None) -> tuple[str, str]:
    look, word = STATES.get(code, ("wait", code.replace("_", " ").capitalize()))
    why = cause_of(cause)
    return look, f"{word}: {why}" if why and code in ("error", "build_failed") else word


def cause_of(cause: Any) -> str:
    """Causes are a word, or a word with a message."""
    if isinstance(cause, Mapping):
        return str(cause.get("message") or cause.get("code") or "")
    return str(cause or "").replace("_", " ")


def ago(at: datetime, now: datetime) -> str:
    seconds = (now - at).total_seconds()
    if seconds < -60:
        return f"in {span(-seconds)}"
    return "just now" if seconds < 60 else f"{span(seconds)} ago"


def span(seconds: float) -> str:
    for size, word in SPANS:
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {word}{'' if count == 1 else 's'}"
    count = max(1, round(seconds))
    return f"{count} second{'' if count == 1 else 's'}"


def exact(at: datetime) -> str:
    return at.strftime("%-d %B %Y, %H:%M:%S UTC")


def took(started: datetime | None, finished: datetime | None) -> str:
    if started is None or finished is None:
        return ""
    seconds = max(0.0, (finished - started) / timedelta(seconds=1))
    return f"{seconds:.1f} s" if seconds < 60 else span(seconds)
