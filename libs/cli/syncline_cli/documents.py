"""Documents that are given to a command: YAML or JSON, from a file or from standard input."""

import sys
from pathlib import Path
from typing import Any

from syncline_cli.failures import Misused
from syncline_common.configuration.reading import load
from syncline_common.errors import DomainError


def text_of(name: str) -> str:
    """As it is, line ends included. `-` is standard input."""
    try:
        given = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return given.decode()
    except (OSError, UnicodeDecodeError) as exc:
        why = getattr(exc, "strerror", None) or "it is no text"
        raise Misused(f"Can't read {name}.", why=f"{why}.") from None


def read_document(name: str) -> Any:
    """What is in it is never repeated: it may hold secrets."""
    text = text_of(name)
    try:
        return load(text)
    except DomainError as refused:
        raise Misused(f"Can't read {name}.", why=refused.message) from None
