"""Whose tables these tests have."""

import pytest

from syncline_common.runtime.service import Service
from syncline_sync_worker.app import SERVICE


@pytest.fixture
def service() -> Service:
    return SERVICE
