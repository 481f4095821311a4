"""Record ids: 15 characters that differ by case, and three more that say which of them are capitals."""

import re
from string import ascii_lowercase, ascii_uppercase, digits

ALPHABET = digits + ascii_uppercase + ascii_lowercase
SUFFIXES = ascii_uppercase + "012345"
ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
POD = "Kj00000"  # which of Salesforce's machines made it


def new_id(prefix: str, number: int) -> str:
    """The number's digits are to the base 62, so that later ids sort after earlier ones."""
    made = ""
    for _ in range(12 - len(POD)):
        number, rest = divmod(number, 62)
        made = ALPHABET[rest] + made
    return whole(f"{prefix}{POD}{made}")


def whole(id: str) -> str:
    """With its last three characters, also if it came without."""
    short = id[:15]
    parts = (short[at : at + 5] for at in (0, 5, 10))
    capitals = (sum(1 << at for at, letter in enumerate(part) if letter.isupper()) for part in parts)
    return short + "".join(SUFFIXES[it] for it in capitals)


def is_id(text: object, prefix: str = "") -> bool:
    return isinstance(text, str) and bool(ID.fullmatch(text)) and text.startswith(prefix)
