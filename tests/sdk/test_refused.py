"""A credential that was refused is not tried by who had begun before: where a system locks people out, each try counts."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from backing.canaries import CANARY
from sdk.shared_gate import Shared
from sdk.vendor import Heard, Say, Vendor, Way, answer
from syncline_common import errors
from syncline_common.sdk.auth import bearer
from syncline_common.sdk.gate import Budget
from syncline_common.sdk.refused import named, taken_up
from syncline_common.sdk.trial import on_trial

SECRET = f"secret-{CANARY}"
ONE_A_SECOND = Budget("vendor", limit=60, per=60.0)


@dataclass
class Several:
    """A credential that a person replaces while it is in use."""

    values: Iterator[str]

    async def headers(self) -> Mapping[str, str]:
        return {"Authorization": next(self.values)}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        return False


@dataclass
class Scarce(Shared):
    """One may leave at once. The others wait, and no second passes before the first is answered."""

    budget: Budget = ONE_A_SECOND
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, seconds: float) -> None:
        await self.answers.wait()
        self.now += seconds

    async def observe(self, budget: Budget, ok: bool) -> None:
        await super().observe(budget, ok)
        self.answers.set()

    def refusal(self, heard: Heard) -> Say | bytes:
        self.now += 0.1
        return answer(401)


async def test_who_waited_in_the_same_process(vendor: Vendor, way: Way) -> None:
    shared = Scarce()
    vendor.script = shared.refusal
    gateway = shared.process(way, auth=bearer(SECRET))
    results = await asyncio.gather(*(gateway.get("/me") for _ in range(5)), return_exceptions=True)
    assert {type(it) for it in results} == {errors.CredentialRejected}
    assert len(vendor.heard) == 1


async def test_who_waited_in_another_process(vendor: Vendor, way: Way) -> None:
    shared = Scarce()
    vendor.script = shared.refusal
    processes = [shared.process(way, auth=bearer(SECRET)) for _ in range(5)]
    results = await asyncio.gather(*(it.get("/me") for it in processes), return_exceptions=True)
    assert {type(it) for it in results} == {errors.CredentialRejected}
    assert len(vendor.heard) == 1


async def test_who_waited_with_another_one_is_not_held_up(vendor: Vendor, way: Way) -> None:
    shared = Scarce()
    vendor.script = lambda heard: (
        shared.refusal(heard) if heard.headers["authorization"].endswith("1") else answer(200, b"{}")
    )
    gateway = shared.process(way, auth=Several(iter(["Bearer 1", "Bearer 2"])))
    results = await asyncio.gather(gateway.get("/me"), gateway.get("/me"), return_exceptions=True)
    assert [isinstance(it, errors.CredentialRejected) for it in results] == [True, False]
    assert len(vendor.heard) == 2


async def test_for_want_of_a_scope_it_says_nothing_of_the_others(vendor: Vendor, way: Way) -> None:
    shared = Scarce()
    vendor.script = lambda heard: shared.refusal(heard) if "/teams" in heard.target else answer(200, b"{}")
    gateway = shared.process(way, auth=bearer(SECRET))

    async def tried() -> None:
        with on_trial():
            await gateway.get("/teams")

    results = await asyncio.gather(tried(), gateway.get("/me"), return_exceptions=True)
    assert [isinstance(it, errors.CredentialRejected) for it in results] == [True, False]


async def test_work_that_was_taken_up_before_does_not_try_it_and_what_was_taken_up_since_does(
    vendor: Vendor, way: Way
) -> None:
    """A person may have said "go on" with the one there is."""
    vendor.says(answer(200, {}), answer(401), answer(200, {}))
    shared = Shared()
    one, other = (shared.process(way, auth=bearer(SECRET)) for _ in range(2))
    with taken_up(shared.now):
        await one.get("/first")
        await shared.wait(1)
        with pytest.raises(errors.CredentialRejected):
            await other.get("/second")
        await shared.wait(1)
        with pytest.raises(errors.CredentialRejected):
            await one.get("/third")
    with taken_up(shared.now):
        await one.get("/fourth")
    assert [it.target for it in vendor.heard] == ["/first", "/second", "/fourth"]


async def test_what_takes_longer_than_its_repair_tries_it_again(vendor: Vendor, way: Way) -> None:
    vendor.says(answer(401), answer(200, {}))
    shared = Shared()
    with taken_up(shared.now - 1):
        with pytest.raises(errors.CredentialRejected):
            await shared.process(way, auth=bearer(SECRET)).get("/first")
        await shared.wait(61)
        await shared.process(way, auth=bearer(SECRET)).get("/second")
    assert [it.target for it in vendor.heard] == ["/first", "/second"]


def test_its_name_is_known_to_who_has_the_key_alone() -> None:
    credential = {"Authorization": f"Bearer {SECRET}", "X-Account": "1"}
    name = named(credential, b"one key")
    assert name == named(dict(reversed(credential.items())), b"one key")
    assert name not in (named(credential, b"another"), named({**credential, "X-Account": "2"}, b"one key"))
    assert SECRET not in name and len(name) == 32
