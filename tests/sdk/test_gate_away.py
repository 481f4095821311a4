"""The gate is told what a system answered. If nobody is there to be told, the answer stands all the same."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from sdk.vendor import Tally, Vendor, Way, answer
from syncline_common import errors
from syncline_common.sdk.rates import RateHeaders, RateWord


@dataclass
class Away(Tally):
    """Its database went away while the request was under way."""

    async def answered(self, error: errors.RemoteError | None, credential: Mapping[str, str]) -> None:
        raise errors.Unavailable("The database can't be reached; try again shortly")

    async def heard(self, word: RateWord) -> None:
        raise errors.Unavailable("The database can't be reached; try again shortly")


@pytest.fixture
def cut_off(way: Way) -> Way:
    way.tally = Away()
    return way


async def test_what_was_made_is_not_told_as_if_it_had_not_been(vendor: Vendor, cut_off: Way) -> None:
    vendor.says(answer(201, b'{"id": 1}', x_left="0"))
    gateway = cut_off.gateway(told=RateHeaders(limit="x-left"))
    assert (await gateway.send("POST", "/things", json={})).json() == {"id": 1}
    assert len(vendor.heard) == 1


async def test_what_nobody_knows_stays_unknown(vendor: Vendor, cut_off: Way) -> None:
    vendor.says(answer(502))
    with pytest.raises(errors.UnknownOutcome):
        await cut_off.gateway().send("POST", "/things", json={})
    assert len(vendor.heard) == 1


async def test_a_refusal_stays_one(vendor: Vendor, cut_off: Way) -> None:
    vendor.says(answer(401))
    with pytest.raises(errors.CredentialRejected):
        await cut_off.gateway().get("/things")
