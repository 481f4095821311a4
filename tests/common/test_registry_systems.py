"""The registry's refusals, passed on to the person who asked: the same code, the same places; or our own fault, said so."""

from typing import Any

import httpx2
import pytest

from syncline_common import errors
from syncline_common.clients.registry_systems import refusal_of


def answer(status: int, **problem: Any) -> httpx2.Response:
    return httpx2.Response(status, json=problem)


@pytest.mark.parametrize(
    ("status", "code", "kind", "told"),
    [
        (404, "not_found", errors.NotFound, "not_found"),
        (409, "in_use", errors.InUse, "in_use"),
        (409, "ticket_expired", errors.TicketExpired, "ticket_expired"),
        (409, "already_done", errors.Conflict, "conflict"),
        (422, "invalid", errors.Invalid, "invalid"),
        (422, "guard_blocked", errors.Invalid, "guard_blocked"),
        (422, "credential_rejected", errors.Invalid, "credential_rejected"),
        (500, "internal", errors.Unavailable, "unavailable"),
        (503, "unavailable", errors.Unavailable, "unavailable"),
        (401, "unauthenticated", errors.ContractBroken, "contract_broken"),
        (403, "forbidden", errors.ContractBroken, "contract_broken"),
    ],
)
def test_a_refusal_is_passed_on(status: int, code: str, kind: type[Exception], told: str) -> None:
    refused = refusal_of(answer(status, title="No", code=code))
    assert isinstance(refused, kind) and isinstance(refused, errors.SynclineError)
    assert refused.code == told


def test_its_places_are_kept() -> None:
    fault = {"pointer": "/url", "message": "unknown host", "fix": "Copy it"}
    refused = refusal_of(answer(422, title="No", code="invalid", errors=[fault]))
    assert isinstance(refused, errors.Invalid)
    assert refused.faults == (errors.FieldFault("/url", "unknown host", "Copy it"),)


def test_when_to_come_back_is_kept() -> None:
    refused = refusal_of(httpx2.Response(429, json={"title": "Later"}, headers={"Retry-After": "7"}))
    assert isinstance(refused, errors.RateLimited) and refused.retry_after == 7


def test_what_is_no_problem_document_is_our_own_trouble() -> None:
    assert isinstance(refusal_of(httpx2.Response(502, text="<html>")), errors.Unavailable)
    assert isinstance(refusal_of(httpx2.Response(400, text="<html>")), errors.ContractBroken)
