"""JSON as it may be kept: right or wrong is validation's, but every database and every reader can take it."""

import json
from typing import Any, TypeVar

DEEPEST = 32
Json = TypeVar("Json")


def storable(document: Json) -> Json:
    """ValueError if it isn't JSON as RFC 8259 has it, of text that is text, and of finite depth."""
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        level = [child for it in level for child in _children(it)]
    if level:
        raise ValueError(f"It is nested more than {DEEPEST} deep")
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        raise ValueError("There are numbers or characters in it that are not JSON") from None
    if "\\u0000" in text:
        raise ValueError("There are characters in it that are not text")
    return document


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
