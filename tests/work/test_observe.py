"""What could not be read, and what is not even read: a pair that ended three workers."""

from dataclasses import replace
from random import Random
from typing import Any, cast

import pytest

from syncline_common.errors import Unavailable
from syncline_common.ids import new_id
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.run import Run, RunKind
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.domain.work import Batch
from syncline_sync_worker.work.hand import Hand
from syncline_sync_worker.work.observe import Observer
from syncline_sync_worker.work.tools import Tools
from work.pairs import NOW, rules, traits, unlinked


class Away:
    """A system that does not answer."""

    def traits(self, stream: str) -> Any:
        return traits()[Side.A]

    async def fetch(self, stream: str, ids: Any) -> Any:
        raise Unavailable("502")


class Untouchable:
    """A reader that ends whoever reads."""

    def traits(self, stream: str) -> Any:
        return traits()[Side.A]

    async def fetch(self, stream: str, ids: Any) -> Any:
        raise AssertionError("it was read")


def observer_of(reader: object, **pair: Any) -> Observer:
    here = ConnectionRef(new_id(), new_id())
    batch = Batch(here, new_id(), new_id(), new_id(), 1, "w1", [replace(unlinked().pair, **pair)])
    run = Run(new_id(), here, batch.network_id, RunKind.CONTINUOUS, 1, NOW)
    nothing = cast(Any, None)
    tools = Tools(nothing, nothing, nothing, "w1", b"key", new_id, Random(1), lambda: 0.0)
    hand = Hand(batch, run, {"f1": rules()}, NOW, 25.0)
    return Observer(tools, hand, {side: cast(Any, reader) for side in Side})


async def test_what_could_not_be_read_is_not_taken_for_gone() -> None:
    sights, (result,) = await observer_of(Away()).observe()
    assert sights == [] and result.due is not None and result.due > NOW


@pytest.mark.parametrize("deaths", [2, 3])
async def test_what_ended_three_workers_is_set_aside_unread(deaths: int) -> None:
    observer = observer_of(Untouchable(), deaths=deaths)
    if deaths < 3:
        with pytest.raises(AssertionError, match="it was read"):
            await observer.observe()
        return
    sights, (result,) = await observer.observe()
    assert sights == [] and result.trouble is not None
    assert (result.trouble.kind, result.due) == ("poison", None)
