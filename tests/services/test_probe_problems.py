"""A6: whatever goes wrong with a check has a code of its own, and says in words what to do."""

import pytest

from syncline_common import errors
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.errors import FieldFault
from syncline_common.sdk.outbound_network import AddressRefused
from syncline_registry.probing.problems import Problem, problem_of

CASES: list[tuple[errors.SynclineError, str]] = [
    (errors.CredentialRejected("The system answered 401", detail="401 GET /x"), "credential_rejected"),
    (errors.CredentialRejected("The system answered 401", detail="401 GET /x: Token has Expired"), "expired"),
    (errors.PermissionMissing("The token can't write"), "scope_missing"),
    (
        errors.CertificateUntrusted("The system's certificate is not trusted: expired"),
        "certificate_untrusted",
    ),
    (errors.Unavailable("The system did not answer"), "unreachable"),
    (errors.UnknownOutcome("The system did not say"), "unreachable"),
    (errors.RateLimited("The system asked us to slow down", retry_after=42.0), "rate_limited"),
    (errors.NotSuchSystem("The system did not answer in JSON"), "not_such_system"),
    (AddressRefused("The system's name leads to a private or local address"), "guard_blocked"),
    (errors.GuardBlocked("It leads inside", FieldFault("/url", "It leads inside")), "guard_blocked"),
]


def told(error: errors.SynclineError) -> Problem:
    return problem_of(error, MANIFESTS["servicenow"], "basic")


@pytest.mark.parametrize(
    ("error", "code"), CASES, ids=lambda it: it if isinstance(it, str) else type(it).__name__
)
def test_each_has_its_code_and_a_fix(error: errors.SynclineError, code: str) -> None:
    problem = told(error)
    assert problem.code == code
    assert len(problem.message) > 10 and len(problem.fix) > 20
    assert "{" not in problem.message + problem.fix


def test_the_messages_are_distinct() -> None:
    by_code = {code: told(error) for error, code in CASES}
    assert (
        len({it.message for it in by_code.values()})
        == len({it.fix for it in by_code.values()})
        == len(by_code)
    )


def test_it_says_where_to_find_what_was_refused_and_when_to_come_back() -> None:
    assert "Password" in told(CASES[0][0]).fix and "42 seconds" in told(CASES[6][0]).fix
