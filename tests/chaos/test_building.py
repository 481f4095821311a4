"""A build whose processes are killed, as `make soak SUITE=build` does it by the hundred."""

import pytest

from chaos.building import build_history
from conftest import needs_postgres, needs_rabbit


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("mode", "seed"), [("embedded", 2), pytest.param("two", 1, marks=[needs_postgres, needs_rabbit])]
)
async def test_it_comes_to_its_end_once(mode: str, seed: int) -> None:
    verdict = await build_history(mode, seed, deaths=2)
    assert verdict.broken == [] and verdict.faults.total() >= 1
