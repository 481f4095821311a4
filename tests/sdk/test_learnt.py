"""What a system was asked holds for a while, for all its ports."""

import asyncio
from dataclasses import dataclass, field

import pytest

from syncline_common.errors import Unavailable
from syncline_common.sdk.learnt import KEPT, Learnt

FIELDS = ("fields",)


@dataclass
class Question:
    now: float = 0.0
    asked: int = 0
    error: Exception | None = None
    learnt: Learnt = field(init=False)

    def __post_init__(self) -> None:
        self.learnt = Learnt(lambda: self.now)

    async def put(self) -> int:
        return await self.learnt.once(FIELDS, self._answer)

    async def _answer(self) -> int:
        await asyncio.sleep(0)
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.asked


async def test_whoever_asks_first_asks_for_all() -> None:
    question = Question()
    assert await asyncio.gather(*(question.put() for _ in range(3))) == [1, 1, 1]


async def test_after_a_while_it_is_asked_again() -> None:
    question = Question()
    await question.put()
    question.now = KEPT - 1
    assert await question.put() == 1
    question.now = KEPT
    assert await question.put() == 2
    question.now = 2 * KEPT - 1
    assert await question.put() == 2


async def test_a_question_that_failed_was_not_asked() -> None:
    question = Question(error=Unavailable("away"))
    with pytest.raises(Unavailable):
        await question.put()
    question.error = None
    assert await question.put() == 2


async def test_what_is_no_longer_so_is_asked_at_once() -> None:
    question = Question()
    await question.put()
    question.learnt.forget(FIELDS)
    assert await question.put() == 2
