"""How the platform says no: by a code and a message, or by a list of the fields that are at fault."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncline_sandbox.calls import Answer, Refused, as_json


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    message: str
    code: str


def failure(status: int, code: str, message: str) -> Answer:
    return as_json({"code": code, "message": message}, status)


def refuse(status: int, code: str, message: str) -> Refused:
    return Refused(failure(status, code, message))


def invalid(*faults: Fault) -> Refused:
    errors = [{"field": it.field, "message": it.message, "code": it.code} for it in faults]
    return Refused(as_json({"description": "Validation failed", "errors": errors}, 400))


def not_logged_in() -> Answer:
    return failure(401, "invalid_credentials", "You have to be logged in to perform this action.")


def denied() -> Refused:
    return refuse(403, "access_denied", "You are not authorized to perform this action.")


def no_such() -> Refused:
    """Nothing is said about what is not there."""
    return Refused(Answer(404))


def not_while(allowed: Sequence[str], method: str) -> Refused:
    """Of tickets that are deleted or spam."""
    message = f"{method} method is not allowed. It should be one of these method(s): {', '.join(allowed)}"
    return Refused(failure(405, "method_not_allowed", message).also({"Allow": ", ".join(allowed)}))


def unexpected(field: str) -> Fault:
    return Fault(field, "Unexpected/invalid field in request", "invalid_field")


def missing(field: str) -> Fault:
    return Fault(field, "Mandatory attribute missing", "missing_field")


def not_one_of(field: str, allowed: Sequence[object]) -> Fault:
    values = ",".join(str(it) for it in allowed)
    return Fault(field, f"It should be one of these values: '{values}'", "invalid_value")


def other_type(field: str, wanted: str) -> Fault:
    return Fault(field, f"It should be a/an {wanted}", "datatype_mismatch")
