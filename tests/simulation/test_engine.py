"""A fixed sample of histories of the engine itself. `make soak SUITE=simulation` tries as many as wanted."""

import pytest

from simulation.test_soak import soak

SAMPLE = 30  # of each start
pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("first", range(1, 800_001, 100_000))
def test_no_promise_is_broken(first: int) -> None:
    given = ("--subject", "engine", "--at-once", "1", "--seeds", str(SAMPLE), "--seed-from", str(first))
    status, lines = soak(*given)
    assert (status, lines[-1]) == (0, f"{SAMPLE} passed, 0 failed"), "\n".join(lines)


def test_a_seed_is_a_history() -> None:
    status, lines = soak(
        "--subject", "engine", "--at-once", "1", "--twice", "--seeds", "12", "--seed-from", "258"
    )
    assert (status, lines[-1]) == (0, "12 passed, 0 failed"), "\n".join(lines)
