"""What Syncro's webhooks say: which record, by the address of its page. Nothing is signed; the secret comes as the password
that stands in our address."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from syncline_common.connectors.syncro.sections import SECTIONS
from syncline_common.errors import Invalid, Unauthenticated
from syncline_common.schemas.records import RecordRef
from syncline_common.sdk.ports import Hint

USER = "syncline"
PAGE = re.compile(r"https?://[^/]+/(?P<stream>[a-z_]+)/(?P<id>\d{1,19})(?:[/?#].*)?")
BY_FIELD = (
    ("ticket_id", "tickets"),
    ("subject", "tickets"),
    ("asset_type", "customer_assets"),
    ("business_name", "customers"),
)
UNREADABLE = "This webhook can't be read"


def hints(headers: Mapping[str, str], body: bytes, secret: str) -> tuple[Hint, ...]:
    expected = f"Basic {b64encode(f'{USER}:{secret}'.encode()).decode()}"
    if not secret or not compare_digest(headers.get("authorization", "").encode(), expected.encode()):
        raise Unauthenticated("This webhook is not from an address that we gave")
    try:
        told: Any = json.loads(body)
    except ValueError:
        raise Invalid(UNREADABLE) from None
    if not isinstance(told, dict):
        raise Invalid(UNREADABLE)
    ref = _by_page(told.get("link")) or _by_fields(told.get("attributes"))
    if ref is None:
        raise Invalid(UNREADABLE)
    return (Hint(ref),) if ref.stream in SECTIONS else ()


def _by_page(link: Any) -> RecordRef | None:
    found = PAGE.fullmatch(link) if isinstance(link, str) else None
    return RecordRef(found["stream"], found["id"]) if found else None


def _by_fields(told: Any) -> RecordRef | None:
    """Of what comes without an address; a comment names its ticket."""
    attributes = told if isinstance(told, dict) else {}
    for field, stream in BY_FIELD:
        id = attributes.get("ticket_id" if field == "ticket_id" else "id")
        if field in attributes and isinstance(id, int | str) and str(id).isdigit():
            return RecordRef(stream, str(id))
    return None
