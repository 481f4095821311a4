"""Every error Syncline raises on purpose, grouped by what the catcher should do.

SynclineError                     code + a message safe to show a person
├── DomainError                   the request breaks a rule; the API answers 4xx (or 503 when it is our own fault)
│   ├── Unauthenticated     401
│   ├── Forbidden           403
│   ├── NotFound            404       a foreign id answers exactly as a random one
│   ├── Conflict            409
│   │   ├── NameTaken
│   │   ├── InUse
│   │   ├── InvalidTransition         names the legal moves
│   │   ├── IdempotencyMismatch       the key was used for something else
│   │   ├── AlreadyDone               ... or for an answer that we do not keep
│   │   └── TicketExpired             what stood for a credential is over, used, or somebody else's
│   ├── Stale               412       names the current version
│   ├── TooLarge            413
│   ├── Invalid             422       points at the fields
│   │   ├── GuardBlocked              an address that we must not reach
│   │   └── CheckFailed               a credential that does not do; its code says why
│   └── TooManyRequests     429       says when to come back
└── RemoteError                   a System or a peer answered badly, or not at all
    ├── Retryable           RETRY      the same call may work later
    │   ├── RateLimited                carries retry_after
    │   ├── Unavailable
    │   └── NotSent                    it was not ours to send any more when its turn came
    ├── NeedsPerson         PAUSE      nothing works until a person acts
    │   ├── CredentialRejected
    │   ├── PermissionMissing
    │   ├── CertificateUntrusted
    │   └── NotSuchSystem              it is there, and no system of this kind
    ├── RecordFault         SET_ASIDE  this Record fails, the Run goes on
    │   ├── RecordGone
    │   ├── RecordRejected
    │   └── RecordChanged   PLAN_AGAIN someone wrote first: read again, plan again
    ├── UnknownOutcome      LOOK_UP    it may have happened: wait, look for the marker, never just repeat
    └── ContractBroken      FAIL       our connector misreads this API; page us
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar


class Disposition(Enum):
    RETRY = "retry"
    PAUSE = "pause"
    SET_ASIDE = "set_aside"
    PLAN_AGAIN = "plan_again"
    LOOK_UP = "look_up"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One thing that is wrong with what was sent, and where."""

    pointer: str
    message: str
    fix: str | None = None


class SynclineError(Exception):
    code: str = "error"

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message  # for people; never holds a secret or a payload
        self.detail = detail  # for logs; redacted before it gets here


class DomainError(SynclineError):
    status: ClassVar[int] = 400
    faults: tuple[FieldFault, ...] = ()

    def facts(self) -> Mapping[str, Any]:
        """What the problem document says beside title, code and status."""
        return {}


class Unauthenticated(DomainError):
    code, status = "unauthenticated", 401


class Forbidden(DomainError):
    code, status = "forbidden", 403


class NotFound(DomainError):
    code, status = "not_found", 404


class Conflict(DomainError):
    code, status = "conflict", 409

    def __init__(self, message: str, *faults: FieldFault, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.faults = faults


class NameTaken(Conflict):
    code = "name_taken"


class InUse(Conflict):
    code = "in_use"


class InvalidTransition(Conflict):
    code = "illegal_move"

    def __init__(self, message: str, *faults: FieldFault, allowed: Sequence[str]) -> None:
        super().__init__(message, *faults)
        self.allowed = list(allowed)

    def facts(self) -> Mapping[str, Any]:
        return {"allowed": self.allowed}


class IdempotencyMismatch(Conflict):
    code = "idempotency_mismatch"


class AlreadyDone(Conflict):
    code = "already_done"

    def __init__(self, message: str, *, resource_id: str | None) -> None:
        super().__init__(message)
        self.resource_id = resource_id

    def facts(self) -> Mapping[str, Any]:
        return {"id": self.resource_id} if self.resource_id else {}


class TicketExpired(Conflict):
    code = "ticket_expired"


class Stale(DomainError):
    code, status = "stale", 412

    def __init__(self, message: str, *, current: str) -> None:
        super().__init__(message)
        self.current = current

    def facts(self) -> Mapping[str, Any]:
        return {"current": self.current}


class TooLarge(DomainError):
    code, status = "too_large", 413


class Invalid(DomainError):
    code, status = "invalid", 422

    def __init__(self, message: str, *faults: FieldFault, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.faults = faults


class GuardBlocked(Invalid):
    code = "guard_blocked"


class CheckFailed(Invalid):
    def __init__(self, code: str, message: str, *faults: FieldFault) -> None:
        super().__init__(message, *faults)
        self.code = code


class TooManyRequests(DomainError):
    code, status = "rate_limited", 429

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RemoteError(SynclineError):
    disposition: ClassVar[Disposition] = Disposition.FAIL


class Retryable(RemoteError):
    disposition = Disposition.RETRY
    retry_after: float | None = None


class RateLimited(Retryable):
    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: float | None, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.retry_after = retry_after


class Unavailable(Retryable):
    code = "unavailable"


class NotSent(Retryable):
    code = "not_sent"


class NeedsPerson(RemoteError):
    disposition = Disposition.PAUSE


class CredentialRejected(NeedsPerson):
    code = "credential_rejected"


class PermissionMissing(NeedsPerson):
    code = "scope_missing"


class CertificateUntrusted(NeedsPerson):
    code = "certificate_untrusted"


class NotSuchSystem(NeedsPerson):
    code = "not_such_system"


class RecordFault(RemoteError):
    disposition = Disposition.SET_ASIDE


class RecordGone(RecordFault):
    code = "record_gone"


class RecordRejected(RecordFault):
    code = "record_rejected"


class RecordChanged(RecordFault):
    code = "record_changed"
    disposition = Disposition.PLAN_AGAIN


class UnknownOutcome(RemoteError):
    code = "unknown_outcome"
    disposition = Disposition.LOOK_UP


class ContractBroken(RemoteError):
    code = "contract_broken"
