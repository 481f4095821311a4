"""Servers whose lists know page numbers only, so that what is deleted meanwhile moves what comes after it."""

from collections.abc import AsyncIterator

import pytest

from connectors.github.subject import GitHub, Older
from connectors.loopback import loopback
from syncline_common.testing.contract.reading import ReadingContract

pytestmark = pytest.mark.timeout(180)  # some are a hundred small ones


@pytest.fixture
async def subject() -> AsyncIterator[GitHub]:
    async with loopback() as place:
        yield Older(place)


class TestReading(ReadingContract):
    pass
