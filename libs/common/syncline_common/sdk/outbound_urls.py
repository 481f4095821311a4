"""What the URL of a system may look like. One shape, matched as a whole, so that no two parsers can disagree about it."""

import re

from syncline_common.errors import FieldFault, GuardBlocked, Invalid

PORTS = (443, 8443)
LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
LAST_LABEL = "[a-z]([a-z0-9-]{0,61}[a-z0-9])?"  # begins with a letter, so that no address is a name
URL = re.compile(
    rf"https://(?P<host>({LABEL}\.)+{LAST_LABEL})(:(?P<port>443|8443))?(?P<path>(/[a-z0-9._~%@+,=-]*)*)",
    re.IGNORECASE | re.ASCII,
)
LONGEST = 500
SHAPE = "An address is https://, a host's name, port 443 or 8443, and perhaps a path"


def split_url(url: str) -> tuple[str, str]:
    """Origin and path, of which the first is in canonical form. Invalid if it has not that shape."""
    found = URL.fullmatch(url) if len(url) <= LONGEST else None
    if found is None or _goes_up(found["path"]):
        raise refused(SHAPE)
    port = f":{found['port']}" if found["port"] not in (None, "443") else ""
    return f"https://{found['host'].lower()}{port}", found["path"]


def refused(why: str) -> Invalid:
    return Invalid(why, FieldFault("/url", why))


def blocked(why: str) -> GuardBlocked:
    return GuardBlocked(why, FieldFault("/url", why))


def _goes_up(path: str) -> bool:
    return any(part in (".", "..") for part in path.lower().replace("%2e", ".").split("/"))
