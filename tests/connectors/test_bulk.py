"""Record by record: each answer in its place, and nothing is sent once it is known that nothing works."""

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime

import pytest

from syncline_common import errors
from syncline_common.connectors.bulk import (
    about,
    already_sent,
    may_have_happened,
    of_one_record,
    one_by_one,
    whole,
)
from syncline_common.connectors.understanding import understood
from syncline_common.schemas.records import Record, RecordRef

FINE = "fine"
GONE, UNKNOWN = errors.RecordGone("gone"), errors.UnknownOutcome("unknown")
REVOKED, AWAY = errors.CredentialRejected("revoked"), errors.Unavailable("away")
Fate = str | errors.RemoteError


async def run(fates: Sequence[Fate]) -> tuple[list[Fate], int]:
    """What is answered, and how many were sent."""
    sent = list[Fate]()

    async def send(fate: Fate) -> str:
        sent.append(fate)
        if isinstance(fate, errors.RemoteError):
            raise fate
        return fate

    return list(await one_by_one(fates, send)), len(sent)


@pytest.mark.parametrize(
    ("fates", "answers", "sent"),
    [
        ([], [], 0),
        ([FINE, GONE, FINE], [FINE, GONE, FINE], 3),
        ([UNKNOWN, FINE], [UNKNOWN, FINE], 2),
        ([FINE, REVOKED, FINE, FINE], [FINE, REVOKED, REVOKED, REVOKED], 2),
        ([UNKNOWN, AWAY, FINE], [UNKNOWN, AWAY, AWAY], 2),
    ],
)
async def test_answers(fates: list[Fate], answers: list[Fate], sent: int) -> None:
    assert await run(fates) == (answers, sent)


@pytest.mark.parametrize("error", [REVOKED, AWAY])
async def test_what_stops_the_first_stops_the_call(error: errors.RemoteError) -> None:
    with pytest.raises(type(error)):
        await run([error, FINE])


async def test_only_a_missing_permission_becomes_the_records_own() -> None:
    with pytest.raises(errors.RecordRejected, match="may not be written"):
        async with of_one_record("no such words"):
            raise errors.PermissionMissing("403", detail="403 PATCH x")
    with pytest.raises(errors.CredentialRejected):
        async with of_one_record():
            raise REVOKED


@pytest.mark.parametrize("error", [KeyError("id"), errors.ContractBroken("x"), errors.PermissionMissing("x")])
def test_an_answer_that_can_not_be_read_does_not_say_that_nothing_happened(error: Exception) -> None:
    with pytest.raises(errors.UnknownOutcome), already_sent():
        raise error


async def test_an_answer_of_another_shape_stays_in_its_place() -> None:
    """What was sent before it keeps its answer, and nothing is sent after it."""
    sent = list[int]()

    async def send(number: int) -> str:
        sent.append(number)
        return {1: "one"}[number]

    one, two, three = await one_by_one([1, 2, 3], send)
    assert one == "one" and sent == [1, 2]
    assert isinstance(two, errors.ContractBroken) and two is three and "2" not in f"{two} {two.detail}"
    with pytest.raises(errors.ContractBroken):
        await one_by_one([2], send)


def test_nonsense_about_a_write_leaves_it_open_and_a_refusal_does_not() -> None:
    with pytest.raises(errors.UnknownOutcome), may_have_happened():
        raise errors.ContractBroken("nonsense")
    with pytest.raises(errors.RecordChanged), may_have_happened():
        raise errors.RecordChanged("stale")


async def test_a_port_raises_remote_errors_only() -> None:
    @understood
    class Port:
        async def read(self, row: dict[str, str]) -> str:
            return row["secret"]

    assert await Port().read({"secret": "x"}) == "x"
    with pytest.raises(errors.ContractBroken) as caught:
        await Port().read({})
    assert caught.value.detail == "KeyError"


@pytest.mark.parametrize(("size", "fits"), [(4, True), (None, True), (5, False), (3, False)])
async def test_a_file_is_as_long_as_it_is_said_to_be(size: int | None, fits: bool) -> None:
    async def parts() -> AsyncGenerator[bytes, None]:
        yield b"ab"
        yield b"cd"

    got = list[bytes]()
    try:
        async for part in whole(parts(), size):
            got.append(part)
    except errors.Unavailable:
        assert not fits
    else:
        assert fits
    assert got == [b"ab", b"cd"]


@pytest.mark.parametrize(
    ("id", "marker", "is_it"),
    [("7", "m", True), ("7", None, True), ("7", "other", False), ("8", "m", False)],
)
def test_an_answer_is_about_what_was_written(id: str, marker: str | None, is_it: bool) -> None:
    """A rule of the vendor's may take a marker off; it puts no other one on."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made = Record(RecordRef("Bug", id), {}, "1", at, at, marker=marker)
    try:
        assert about(made, "7", "m") is made and is_it
    except errors.UnknownOutcome:
        assert not is_it
