"""One Syncline for all tests of the command line; each has an account, and a home, of its own."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from cli.calling import Syncline
from cli.running import Person, Running, running, vendors

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """The first of them waits for Syncline to start, beside whatever else the machine does."""
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(180))


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with vendors() as routes, running(tmp_path_factory.mktemp("instance"), routes=routes) as it:
        yield it


@pytest.fixture
def ada(instance: Running) -> Person:
    return instance.new_account()


@pytest.fixture
def outside(instance: Running, tmp_path: Path) -> Syncline:
    """Nobody has signed in."""
    return Syncline(tmp_path / "config", instance.url)


@pytest.fixture
def syncline(outside: Syncline, ada: Person) -> Syncline:
    """Signed in as the administrator of an empty account."""
    outside.login(ada)
    return outside


@pytest.fixture
def another(instance: Running, tmp_path: Path) -> Callable[[Person], Syncline]:
    """Somebody else, at another machine."""
    count = iter(range(100))

    def signed_in(person: Person) -> Syncline:
        it = Syncline(tmp_path / f"another-{next(count)}", instance.url)
        it.login(person)
        return it

    return signed_in
