"""Values as the tables keep them: JSON, with NULL for what there was not."""

import json
from hashlib import sha256

from syncline_common.schemas.values import UNSET, Unset, Value

LARGE = 1024  # characters; from here on it is kept once, under its hash


def written(value: Value | Unset) -> str | None:
    return None if value is UNSET else json.dumps(value, ensure_ascii=False, sort_keys=True)


def read(text: str | None) -> Value | Unset:
    return UNSET if text is None else json.loads(text)


def split(text: str | None) -> tuple[str | None, str | None]:
    """What stands in the row, and the hash of what does not."""
    if text is None or len(text) < LARGE:
        return text, None
    return None, sha256(text.encode()).hexdigest()
