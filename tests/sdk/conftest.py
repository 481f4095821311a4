"""A vendor, and the way to it."""

from collections.abc import AsyncIterator

import pytest

from sdk.vendor import Vendor, Way, listening, way_to


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with listening() as it:
        yield it


@pytest.fixture
async def way(vendor: Vendor) -> AsyncIterator[Way]:
    async with way_to(vendor) as it:
        yield it
