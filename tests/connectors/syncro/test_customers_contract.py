"""Syncro's customers keep what of the contract is about lists and writes; its tickets keep all of it."""

from collections.abc import AsyncIterator

import pytest

from connectors.loopback import loopback
from connectors.syncro.subject import SyncroCustomers
from syncline_common.testing.contract.reading import ReadingContract
from syncline_common.testing.contract.writing import WritingContract

pytestmark = pytest.mark.timeout(180)  # some are a hundred small ones


class OfCustomers:
    @pytest.fixture
    async def subject(self) -> AsyncIterator[SyncroCustomers]:
        async with loopback() as place:
            yield SyncroCustomers(place)


class TestReadingCustomers(OfCustomers):
    """There is no feed: all of them go by each time. What is the same of all lists was shown by tickets."""

    test_everything_once_while_it_changes = ReadingContract.test_everything_once_while_it_changes
    test_every_change_while_it_changes = ReadingContract.test_every_change_while_it_changes
    test_two_edits_in_one_moment_are_two_versions = (
        ReadingContract.test_two_edits_in_one_moment_are_two_versions
    )


class TestWritingCustomers(OfCustomers, WritingContract):
    pass
