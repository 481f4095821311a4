"""Freshdesk keeps the contract, over the real gateway, against its simulated system."""

from collections.abc import AsyncIterator

import pytest

from connectors.freshdesk.subject import Freshdesk
from connectors.loopback import loopback
from syncline_common.testing.contract.failing import FailingContract
from syncline_common.testing.contract.reading import ReadingContract
from syncline_common.testing.contract.secrecy import SecrecyContract
from syncline_common.testing.contract.tying import TyingContract
from syncline_common.testing.contract.writing import WritingContract

pytestmark = pytest.mark.timeout(180)  # some are a hundred small ones


@pytest.fixture
async def subject() -> AsyncIterator[Freshdesk]:
    async with loopback() as place:
        yield Freshdesk(place)


class TestFailing(FailingContract):
    pass


class TestReading(ReadingContract):
    pass


class TestWriting(WritingContract):
    pass


class TestTying(TyingContract):
    pass


class TestSecrecy(SecrecyContract):
    pass
