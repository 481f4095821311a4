"""What somebody may name to get inside: addresses, the ways to write them, and URLs that parsers disagree about."""

import json
from pathlib import Path

_KNOWN = json.loads(Path(__file__).with_suffix(".json").read_text())
DENIED: list[str] = _KNOWN["denied"]
PUBLIC: list[str] = _KNOWN["public"]
AT_A_HOST = [f"https://{host}{rest}" for host in _KNOWN["hosts"] for rest in ("/", ":8443/x")]
HOSTILE: list[str] = [*AT_A_HOST, *_KNOWN["urls"]]
