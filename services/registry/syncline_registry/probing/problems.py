"""What came of a check, in words: what is wrong, and what a person can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from syncline_common import errors
from syncline_common.sdk.manifest import AuthScheme, Manifest

EXPIRED = "expired"
FIXES: Mapping[str, str] = {
    EXPIRED: "Make a new one in {label}, and enter it here",
    "scope_missing": "Give it what is listed under the prerequisites of {label}, then check again",
    "certificate_untrusted": "Its owner has to install a certificate of a public authority for just this host name",
    "unreachable": "See whether the address opens in a browser; {label} may be asleep, or its owner lets in certain addresses only",
    "rate_limited": "Wait {seconds} seconds, then check again",
    "not_such_system": "Compare the address with the examples of {label}",
    "guard_blocked": "Use the system's public address. For one in your own network, whoever runs Syncline sets a route (SYNCLINE_ROUTES)",
}


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    message: str
    fix: str


def problem_of(error: errors.SynclineError, manifest: Manifest, scheme: str) -> Problem:
    code = _code(error)
    return Problem(code, _message(error, code, manifest), _fix(error, code, manifest, scheme))


def _code(error: errors.SynclineError) -> str:
    match error:
        case errors.CredentialRejected() if "expired" in f"{error.message} {error.detail}".casefold():
            return EXPIRED
        case errors.NeedsPerson() | errors.RateLimited() | errors.GuardBlocked():
            return error.code
        case errors.Retryable() | errors.UnknownOutcome():
            return "unreachable"
    return "not_such_system"


def _message(error: errors.SynclineError, code: str, manifest: Manifest) -> str:
    match code:
        case "credential_rejected":
            return f"{manifest.label} does not accept this credential"
        case "expired":
            return "This credential has expired"
        case "unreachable":
            return f"Nothing answered at this address as {manifest.label} does: {_first_lower(error.message)}"
        case "rate_limited":
            return "Too many requests were sent to this system just now"
        case "not_such_system":
            return f"This is not {manifest.label}: {_first_lower(error.message)}"
    return error.message


def _fix(error: errors.SynclineError, code: str, manifest: Manifest, scheme: str) -> str:
    if code in FIXES:
        wait = error.retry_after if isinstance(error, errors.Retryable) else None
        return FIXES[code].format(label=manifest.label, seconds=max(1, round(wait or 30)))
    form = next((it for it in manifest.auth if it.scheme == scheme), None)
    return f"Enter it again. {_where(form)}" if form else "Enter it again"


def _where(form: AuthScheme) -> str:
    return ". ".join(f"{it.label}: {it.help}" for it in form.fields)


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]
