"""What the audit log says of a change: the fields that changed, without secrets, at a bearable size."""

import json
import re
from collections.abc import Collection, Mapping, Set, Sized
from enum import Enum
from typing import Any

from pydantic import SecretBytes, SecretStr

from syncline_common.redaction import MASK, REDACTOR

SET, CHANGED = "(set)", "(changed)"
LONGEST_TEXT = 2000  # characters of one value
LONGEST = 32_000  # characters of a side
DEEPEST = 20
LARGEST = 1e300
SECRET_WORDS = frozenset(["auth", "key", "keys", "otp", "pass", "pin", "pwd", "signature"])
SECRET_PARTS = (
    "apikey",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "token",
)

Fields = Mapping[str, Any]
ABSENT = object()


def changes(
    before: Fields | None, after: Fields | None, secrets: Collection[str] = ()
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Both sides given: the fields in which they differ. One side: all of it, for what began or ended."""
    hidden = frozenset(secrets)
    if before is None or after is None:
        return _side(before, hidden), _side(after, hidden)
    return _differences(before, after, hidden, DEEPEST)


def as_text(fields: Mapping[str, Any] | None) -> str | None:
    """JSON; where it is too long, large fields give way to their sizes."""
    if fields is None:
        return None
    text = _json(fields)
    if len(text) > LONGEST:
        sizes = {name: len(_json(value)) for name, value in fields.items()}
        text = _json({name: it if sizes[name] < 500 else _long(sizes[name]) for name, it in fields.items()})
    return text if len(text) <= LONGEST else _json({"(too long)": f"{len(fields)} fields"})


def _differences(
    before: Fields, after: Fields, hidden: frozenset[str], depth: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for name in {**before, **after}:
        old, new = before.get(name, ABSENT), after.get(name, ABSENT)
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping) and depth and not _is_secret(name, hidden):
            old, new = _differences(old, new, hidden, depth - 1)
        else:
            new = _shown(name, new, hidden, depth, CHANGED if _holds(old) else SET)
            old = _shown(name, old, hidden, depth, SET)
        was |= {} if old is ABSENT else {_clean(str(name)): old}
        now |= {} if new is ABSENT else {_clean(str(name)): new}
    return was, now


def _side(fields: Fields | None, hidden: frozenset[str]) -> dict[str, Any] | None:
    return None if fields is None else _fields(fields, hidden, DEEPEST)


def _fields(fields: Fields, hidden: frozenset[str], depth: int) -> dict[str, Any]:
    return {_clean(str(name)): _shown(name, value, hidden, depth, SET) for name, value in fields.items()}


def _shown(name: object, value: Any, hidden: frozenset[str], depth: int, mark: str) -> Any:
    """Of a secret only whether there is one."""
    if isinstance(value, SecretStr | SecretBytes) or (_is_secret(name, hidden) and value is not ABSENT):
        return value if isinstance(value, bool) else mark if _holds(value) else None
    return value if value is ABSENT else _plain(value, hidden, depth)


def _holds(value: Any) -> bool:
    if isinstance(value, SecretStr | SecretBytes):
        return bool(value.get_secret_value())
    return value is not ABSENT and value is not None and (not isinstance(value, Sized) or len(value) > 0)


def _plain(value: Any, hidden: frozenset[str], depth: int) -> Any:
    value = value.value if isinstance(value, Enum) else value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, Mapping | list | tuple | Set):
        return _nested(value, hidden, depth - 1) if depth else "(deeper)"
    return f"({len(value)} bytes)" if isinstance(value, bytes) else _clean(str(value))


def _nested(value: Any, hidden: frozenset[str], depth: int) -> Any:
    if isinstance(value, Mapping):
        return _fields(value, hidden, depth)
    items = [_shown("", it, hidden, depth, SET) for it in value]
    return sorted(items, key=str) if isinstance(value, Set) else items


def _number(value: float) -> Any:
    if not abs(value) < LARGEST:
        return "(a large number)"
    return value if _clean(str(value)) == str(value) else MASK


def _clean(text: str) -> str:
    """Secrets first, or half of one might stay at the cut."""
    text = REDACTOR.clean(text.encode(errors="replace").decode())
    return text if len(text) <= LONGEST_TEXT else f"{text[:200]}... {_long(len(text))}"


def _long(length: int) -> str:
    return f"({length} characters)"


def _is_secret(name: object, hidden: frozenset[str]) -> bool:
    """By the words in it, in snake_case, camelCase or with-dashes; rather one too many than one too few."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", str(name)).lower())
    joined = "".join(words)
    return name in hidden or bool(SECRET_WORDS & set(words)) or any(part in joined for part in SECRET_PARTS)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
