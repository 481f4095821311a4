"""What Salesforce says when it does not do something: a code, and words that a person can use."""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from syncline_common.errors import (
    PermissionMissing,
    RateLimited,
    RecordGone,
    RecordRejected,
    RemoteError,
    Unavailable,
)
from syncline_common.sdk.answers import PageInstead

CODE = re.compile(r"\b(?:errorCode|statusCode)\"\s*:\s*\"([A-Z_]+)")
WORDS = re.compile(r"\"message\"\s*:\s*\"((?:[^\"\\]|\\.)*)")
LOCKED = "Somebody else holds the record just now"
NO_API = "The API is not enabled: the edition has none, or Syncline's user lacks the permission API Enabled"
LIMIT = "Salesforce's requests of this day are used up"
REFUSED = "This record may not be written"
CHANGED_FIELDS = "The fields of the object have changed while they were asked for"
LOST_PLACE = "Salesforce forgot how far a list had been read; it has to be begun anew"
A_PAGE = "Salesforce is under maintenance, or a sign-in page stands before it: it answered with a page"
NO_API_CODES = ("API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED")
NO_COLUMN = "No such column"  # before a code that may lie beyond what is kept of an answer
WAIT = 2.0  # seconds, for another's transaction to end
PAUSE = 900.0  # ... for the window of a day to move on


class ValueTaken(RecordRejected):
    """A field that has to be unique holds this value elsewhere: a create of ours may have been the one."""


def refusal(code: str, words: str, detail: str) -> RemoteError:
    if code == "UNABLE_TO_LOCK_ROW":
        away = Unavailable(LOCKED, detail=detail)
        away.retry_after = WAIT
        return away
    if code == "REQUEST_LIMIT_EXCEEDED":
        return RateLimited(LIMIT, retry_after=PAUSE, detail=detail)
    if code in ("ENTITY_IS_DELETED", "NOT_FOUND"):
        return RecordGone("It is gone, or hidden from us", detail=detail)
    kind = ValueTaken if code == "DUPLICATE_VALUE" else RecordRejected
    return kind(f"Salesforce refuses it: {words}" if words else REFUSED, detail=detail)


@asynccontextmanager
async def of_one_case() -> AsyncIterator[None]:
    """Around a write: what is refused is this record, and why is in the vendor's words."""
    try:
        yield
    except (PermissionMissing, RecordRejected) as error:
        raise refusal(_code(error.detail), _words(error.detail), error.detail) from None


@asynccontextmanager
async def plainly(outdated: Callable[[], None]) -> AsyncIterator[None]:
    """Around a read. `outdated` is called if a field that was asked for is not there any more."""
    try:
        yield
    except PermissionMissing as error:
        if _code(error.detail) in NO_API_CODES:
            raise PermissionMissing(NO_API, detail=error.detail) from None
        raise
    except PageInstead as error:
        raise Unavailable(A_PAGE, detail=error.detail) from None
    except RecordRejected as error:
        if _code(error.detail) == "INVALID_FIELD" or NO_COLUMN in error.detail:
            outdated()
            raise Unavailable(CHANGED_FIELDS, detail=error.detail) from None
        if _code(error.detail) == "INVALID_QUERY_LOCATOR":
            raise Unavailable(LOST_PLACE, detail=error.detail) from None
        raise


def of_result(result: Mapping[str, Any]) -> RemoteError:
    """Of one record in a collection that was not written."""
    first = next(iter(result["errors"]))
    return refusal(first["statusCode"], first.get("message", ""), json.dumps(first)[:200])


def _code(detail: str) -> str:
    """Detail is the beginning of what was answered, and a long message stands before its code."""
    found = CODE.search(detail)
    known = "DUPLICATE_VALUE" if "duplicate value found" in detail else ""
    return found[1] if found else known


def _words(detail: str) -> str:
    found = WORDS.search(detail)
    return found[1].replace('\\"', '"').replace("\\\\", "\\") if found else ""
