"""Why Zendesk refuses a ticket, for whoever has to mend it: which fields are at fault, and never what was in them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from syncline_common.connectors.bulk import of_one_record
from syncline_common.errors import RecordRejected, UnknownOutcome

FAULT = re.compile(r'"description": ?"([^":{}]{1,80}): ([^"]{1,120})"')
NEEDED = re.compile(r"cannot be blank|is (?:needed|required)\b.{0,60}")
KEY_WAS_USED = "IdempotentRequestError"
ASKED_BEFORE = "It was asked for before, with other values"


@asynccontextmanager
async def of_one_ticket() -> AsyncIterator[None]:
    """Around a write. A key that was used with other values says that a ticket may be there already."""
    try:
        async with of_one_record():
            yield
    except RecordRejected as error:
        if KEY_WAS_USED in error.detail:
            raise UnknownOutcome(ASKED_BEFORE, detail=error.detail) from None
        raise RecordRejected(said(error), detail=error.detail) from None


def said(error: RecordRejected) -> str:
    """In the vendor's own names of the fields; with its own words only where those hold no value."""
    faults = [
        f"{title}: {words}" if NEEDED.fullmatch(words) else title
        for title, words in FAULT.findall(error.detail)
    ]
    return f"Zendesk refuses it because of {', '.join(dict.fromkeys(faults))}" if faults else error.message
