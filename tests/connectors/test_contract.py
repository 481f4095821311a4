"""Every connector keeps the contract, over the real gateway, against its simulated system."""

from collections.abc import AsyncIterator

import pytest

from connectors.loopback import loopback
from connectors.subjects import SUBJECTS
from syncline_common.testing.contract.failing import FailingContract
from syncline_common.testing.contract.reading import ReadingContract
from syncline_common.testing.contract.secrecy import SecrecyContract
from syncline_common.testing.contract.subject import Subject
from syncline_common.testing.contract.tying import TyingContract
from syncline_common.testing.contract.writing import WritingContract

pytestmark = pytest.mark.timeout(180)  # some are a hundred small ones


@pytest.fixture(params=SUBJECTS)
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    async with loopback() as place:
        yield SUBJECTS[request.param](place)


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
