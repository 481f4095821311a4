"""What an error means for a pair, class by class: engine.md section 8."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from syncline_common.errors import (
    ContractBroken,
    CredentialRejected,
    RateLimited,
    RecordChanged,
    RecordGone,
    RecordRejected,
    RemoteError,
    Unavailable,
    UnknownOutcome,
)
from syncline_sync_worker.work.failing import failed
from syncline_sync_worker.work.results import Result
from work.pairs import NOW, unlinked

RATE = RateLimited("slow", retry_after=90)


def after(error: RemoteError, attempts: int = 0) -> Result:
    sight = unlinked()
    return failed(replace(sight, pair=replace(sight.pair, attempts=attempts)), error, NOW, Random(1))


@pytest.mark.parametrize("error", [RATE, Unavailable("502"), UnknownOutcome("?"), CredentialRejected("no")])
@pytest.mark.parametrize("attempts", [0, 50])
def test_what_is_not_the_records_fault_uses_up_no_attempt(error: RemoteError, attempts: int) -> None:
    it = after(error, attempts)
    assert it.due is not None and not it.counts_attempt and it.trouble is None


def test_the_vendor_says_when_to_come_back() -> None:
    assert after(RATE).due == NOW + timedelta(seconds=90)


def test_an_unknown_update_is_read_again_once_its_effect_must_have_come() -> None:
    assert after(UnknownOutcome("?")).due == NOW + timedelta(seconds=20)


@pytest.mark.parametrize(
    ("error", "tries"), [(RecordChanged("moved on"), 5), (RecordRejected("no"), 1), (RecordGone("?"), 1)]
)
def test_after_some_tries_it_is_set_aside(error: RemoteError, tries: int) -> None:
    for attempts in range(tries):
        it = after(error, attempts)
        assert it.due is not None and it.counts_attempt and it.trouble is None
    it = after(error, tries)
    assert it.trouble is not None and it.trouble.hint == error.message and it.counts == {"set_aside": 1}


def test_what_our_connector_misreads_is_set_aside_at_once() -> None:
    it = after(ContractBroken("no id in the answer"))
    assert it.trouble is not None and it.trouble.kind == "ours"


def test_pauses_grow_and_end_growing() -> None:
    pauses = [
        (it.due - NOW) if (it := after(RecordRejected("no"), attempts)).due else None
        for attempts in range(1, 40)
    ]
    assert pauses[:3] == [timedelta(minutes=4), timedelta(minutes=16), timedelta(minutes=64)]
    assert set(pauses[5:]) == {timedelta(hours=6)}
