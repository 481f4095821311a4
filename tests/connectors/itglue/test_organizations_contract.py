"""Organizations keep the contract of writing, too; what is the same of all lists is shown by configurations."""

from collections.abc import AsyncIterator

import pytest

from connectors.itglue.subject import ItGlueOrganizations
from connectors.loopback import loopback
from syncline_common.testing.contract.writing import WritingContract

pytestmark = pytest.mark.timeout(180)  # some are a hundred small ones


class TestWritingOrganizations(WritingContract):
    @pytest.fixture
    async def subject(self) -> AsyncIterator[ItGlueOrganizations]:
        async with loopback() as place:
            yield ItGlueOrganizations(place)
