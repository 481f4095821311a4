"""What came back from a system, and the error whose class says what to do about a bad one."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from syncline_common import errors
from syncline_common.redaction import REDACTOR
from syncline_common.sdk.rates import RateHeaders, word_of
from syncline_common.sdk.waiting import retry_after

STATUS_ERRORS: Mapping[int, type[errors.RemoteError]] = {
    400: errors.RecordRejected,
    401: errors.CredentialRejected,
    402: errors.PermissionMissing,
    403: errors.PermissionMissing,
    404: errors.RecordGone,
    409: errors.RecordChanged,
    410: errors.RecordGone,
    412: errors.RecordChanged,
    413: errors.RecordRejected,
    422: errors.RecordRejected,
}
NOT_NOW = (408, 425)  # and 5xx: it may or may not have acted
PATH = re.compile(r"(?<![:/])/(?!/)[^?#]*")  # the first single slash: no host, and nobody's name or password
TOO_OFTEN = re.compile(r"secondary rate limit|rate limit exceeded|abuse detection", re.IGNORECASE)
USED_UP = RateHeaders(remaining="x-ratelimit-remaining", reset="x-ratelimit-reset")
A_WHILE = 60.0  # seconds
TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
LOOKED_AT, EXCERPT = 65_536, 200  # bytes, so that no secret is cut in two and missed; characters


@dataclass(frozen=True, slots=True)
class Answer:
    """Connectors see this and never the HTTP client, so that another one can be put under the gateway."""

    status: int
    headers: Mapping[str, str]  # whatever the case of their names
    content: bytes
    where: str  # method and path, for logs; no query, since that may hold values
    unsure: bool = False  # of a write that can't be repeated: if this makes no sense, it may have happened

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_page(self) -> bool:
        """A page of HTML with status 200 is a proxy talking, not the system."""
        return self.headers.get("content-type", "").lower().startswith("text/html")

    def json(self) -> Any:
        if self.is_page:
            raise page_instead(self)
        try:
            return json.loads(self.content, parse_constant=_no_json)
        except (ValueError, RecursionError):
            pass
        raise nonsense("The system did not answer in JSON", self.where, unsure=self.unsure)


class PageInstead(errors.ContractBroken):
    """A page for people came where JSON was asked for. Vendors say by it what only their connector knows."""

    def __init__(self, detail: str, title: str = "") -> None:
        super().__init__(
            "The system did not answer in JSON", detail=f"{detail}: {title}" if title else detail
        )
        self.title = title


class SentElsewhere(errors.ContractBroken):
    """To where no request of ours goes on: `place` is its path."""

    def __init__(self, detail: str, place: str) -> None:
        super().__init__("The system sent us elsewhere", detail=detail)
        self.place = place


def page_instead(answer: Answer) -> errors.RemoteError:
    if answer.unsure:
        return errors.UnknownOutcome("The system did not answer in JSON", detail=answer.where)
    found = TITLE.search(REDACTOR.clean(answer.content[:LOOKED_AT].decode(errors="replace")))
    return PageInstead(answer.where, " ".join(found[1].split())[:EXCERPT] if found else "")


def nonsense(message: str, where: str, *, unsure: bool) -> errors.RemoteError:
    """An answer came that can't be one."""
    kind = errors.UnknownOutcome if unsure else errors.ContractBroken
    return kind(message, detail=where)


def explain(answer: Answer) -> errors.RemoteError:
    detail = _detail(answer)
    if answer.status == 429 or (answer.status == 403 and _too_often(answer)):
        wait = _wait(answer)
        return errors.RateLimited("The system asked us to slow down", retry_after=wait, detail=detail)
    if answer.status >= 500 or answer.status in NOT_NOW:
        if answer.unsure:
            return errors.UnknownOutcome("The system failed while it was writing", detail=detail)
        away = errors.Unavailable("The system is not available", detail=detail)
        away.retry_after = retry_after(answer.headers)
        return away
    if answer.status < 400:
        return _elsewhere(answer, detail)
    kind = STATUS_ERRORS.get(answer.status, errors.ContractBroken)
    return kind(f"The system answered {answer.status}", detail=detail)


def _too_often(answer: Answer) -> bool:
    """A refusal for a time, and not of a right: as GitHub says it, in headers or in words alone."""
    used_up = answer.headers.get("x-ratelimit-remaining", "").strip() == "0"
    words = answer.content[:LOOKED_AT].decode(errors="replace")
    return used_up or "retry-after" in answer.headers or TOO_OFTEN.search(words) is not None


def _wait(answer: Answer) -> float | None:
    """Who says neither how long nor when may say it for longer if it is asked again soon."""
    wait = retry_after(answer.headers)
    if wait is None and (told := word_of(answer.headers, USED_UP)):
        wait = told.pause
    return A_WHILE if wait is None and answer.status == 403 else wait


def _elsewhere(answer: Answer, detail: str) -> errors.RemoteError:
    found = PATH.search(answer.headers.get("location", ""))
    place = REDACTOR.clean(found[0])[:EXCERPT] if found else ""
    if answer.unsure or not place:
        return nonsense("The system sent us elsewhere", detail, unsure=answer.unsure)
    return SentElsewhere(detail, place)


def _detail(answer: Answer) -> str:
    """The vendor's own words help whoever has to mend it; never a page, and never one of our secrets."""
    words = "" if answer.is_page else answer.content[:LOOKED_AT].decode(errors="replace")
    said = " ".join(REDACTOR.clean(words).split())[:EXCERPT]
    return f"{answer.status} {answer.where}{': ' if said else ''}{said}"


def _no_json(constant: str) -> NoReturn:
    raise ValueError(constant)
