"""The contract is tested: each bug that is planted fails it, and without the bug the same check passes."""

import pytest

from connectors.loopback import loopback
from connectors.planted import BUGS

pytestmark = pytest.mark.timeout(180)


@pytest.mark.parametrize("bug", BUGS)
async def test_the_contract_notices(bug: str) -> None:
    planted = BUGS[bug]
    async with loopback() as place:
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            await planted.check(planted.subject(place))


@pytest.mark.parametrize("bug", BUGS)
async def test_it_is_the_bug_that_is_noticed(bug: str) -> None:
    planted = BUGS[bug]
    sound = planted.subject.__bases__[0]
    async with loopback() as place:
        await planted.check(sound(place))
