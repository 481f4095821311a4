"""Ids sort by the order they were made in, also within one millisecond."""

from concurrent.futures import ThreadPoolExecutor
from time import time_ns
from uuid import RFC_4122

from syncline_common.ids import _Sequence, new_id


def test_each_is_greater_than_the_one_before() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made) and len(set(made)) == len(made)


def test_they_are_of_version_7_and_tell_their_time() -> None:
    before = time_ns() // 1_000_000
    it = new_id()
    assert (it.version, it.variant) == (7, RFC_4122)
    assert before <= it.int >> 80 <= time_ns() // 1_000_000 + 1


def test_threads_make_no_two_alike() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: [new_id() for _ in range(2_000)], range(8)))
    assert len({it for some in made for it in some}) == 16_000


def test_a_clock_that_is_set_back_does_not_set_them_back() -> None:
    sequence = _Sequence()
    assert sequence.next(2_000) < sequence.next(1_000) < sequence.next(2_000) < sequence.next(2_001)
