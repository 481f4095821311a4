"""What each fault means for each sort of request: by hand, and the only place that says so.

None: it works as if nothing had been. Where there are several, each of them is right.
"""

from collections.abc import Mapping

from syncline_common import errors
from syncline_common.testing.contract.subject import Sort, Subject

Outcome = type[errors.RemoteError] | None
Outcomes = tuple[Outcome, ...]

WELL: Outcomes = (None,)
AWAY: Outcomes = (errors.Unavailable,)
OPEN: Outcomes = (errors.UnknownOutcome,)
BROKEN: Outcomes = (errors.ContractBroken,)
REFUSED: Outcomes = (errors.RecordRejected,)

AS_SAID: Mapping[Sort, Outcomes] = {  # nobody answers, or the vendor says that it failed
    Sort.READ: AWAY,
    Sort.DELETE: AWAY,
    Sort.STAGED: AWAY,
    Sort.FILE: AWAY,
    Sort.PLAIN: OPEN,
    Sort.MUTE: OPEN,
}
NONSENSE: Mapping[Sort, Outcomes] = {  # an answer that can't be one
    Sort.READ: BROKEN,
    Sort.DELETE: OPEN,
    Sort.STAGED: AWAY,
    Sort.FILE: REFUSED,
    Sort.PLAIN: OPEN,
    Sort.MUTE: OPEN,
}
GARBLED: Mapping[Sort, Outcomes] = {  # ... with a status that says that it was done
    **NONSENSE,
    Sort.DELETE: WELL,  # nobody reads what it says
    Sort.MUTE: (None, *OPEN),  # likewise, but for its status
    Sort.FILE: AWAY,  # not the size that it is said to have
}
BOUNDLESS: Mapping[Sort, Outcomes] = {
    **NONSENSE,
    Sort.DELETE: (None, errors.UnknownOutcome, errors.Unavailable),
    Sort.MUTE: (None, *OPEN),
}
CUT: Mapping[Sort, Outcomes] = {  # where it has a body; what is asked again and is gone may have none
    **AS_SAID,
    Sort.DELETE: (None, errors.Unavailable, errors.RecordGone),
    Sort.MUTE: (None, *OPEN),
}
REPEATED: Mapping[Sort, Outcomes] = {  # the answer to another request: noticed, or it was the right one
    Sort.READ: (
        None,
        errors.ContractBroken,
        errors.UnknownOutcome,
    ),  # the last of a write that comes after it
    Sort.DELETE: WELL,
    Sort.STAGED: WELL,
    Sort.FILE: WELL,
    Sort.PLAIN: (None, errors.UnknownOutcome),
    Sort.MUTE: (None, errors.UnknownOutcome),
}
TABLE: Mapping[str, Mapping[Sort, Outcomes]] = {
    "slow": dict.fromkeys(Sort, WELL),
    "hang_before": AS_SAID,
    "hang_after": AS_SAID,
    "error_before": AS_SAID,
    "error_after": AS_SAID,
    "html": {**NONSENSE, Sort.FILE: AWAY},
    "html_after": {**NONSENSE, Sort.FILE: AWAY},
    "invalid_json": GARBLED,
    "truncated": GARBLED,
    "empty": GARBLED,
    "other_json": {**GARBLED, Sort.READ: (*BROKEN, *AWAY)},  # or it says that it has broken off
    "cut": CUT,
    "huge": BOUNDLESS,
    "gzip_bomb": BOUNDLESS,
    "endless": BOUNDLESS,
    "redirect_loop": NONSENSE,
    "same_page": REPEATED,
    "rate_limited": dict.fromkeys(Sort, (errors.RateLimited,)),
    "revoked": dict.fromkeys(Sort, (errors.CredentialRejected,)),
}
PAGES = ("html", "html_after")
NOTHING_DONE = ("hang_before", "error_before", "rate_limited")
DONE_UNSEEN = ("hang_after", "error_after", "cut")
ONCE: Mapping[tuple[Sort, str], Outcomes] = {
    **{(Sort.READ, it): WELL for it in NOTHING_DONE + DONE_UNSEEN},
    **{(Sort.DELETE, it): WELL for it in NOTHING_DONE},
    **{(Sort.DELETE, it): (errors.RecordGone,) for it in DONE_UNSEEN},
    (Sort.DELETE, "cut"): (errors.RecordGone, None),
    (Sort.READ, "redirect_loop"): (None, errors.ContractBroken),  # it led back; a POST is not sent on
    (Sort.FILE, "redirect_loop"): WELL,
}
ONCE_BEFORE_A_WRITE: Mapping[tuple[Sort, str], Outcomes] = {
    (Sort.READ, "revoked"): (
        errors.CredentialRejected,
        errors.PermissionMissing,
        None,
    ),  # it works for other things, and for this one if it is asked again
    **{(Sort.READ, it): AWAY for it in PAGES},
}


def expected(subject: Subject, fault: str, sort: Sort, *, has_written: bool) -> Outcomes:
    """`has_written`: an earlier request of the same operation has had its effect, so that no later one undoes it."""
    if sort is Sort.READ and has_written:
        return tuple(it and errors.UnknownOutcome for it in TABLE[fault][sort])
    if sort is Sort.READ and fault in PAGES:
        return AWAY
    return TABLE[fault][sort]


def expected_once(subject: Subject, fault: str, sort: Sort, *, has_written: bool) -> Outcomes:
    """What may be asked again is asked again, and then it works; what was done and is refused the second time says so."""
    if not has_written and (sort, fault) in ONCE_BEFORE_A_WRITE:
        return ONCE_BEFORE_A_WRITE[sort, fault]
    return ONCE.get((sort, fault)) or expected(subject, fault, sort, has_written=has_written)
