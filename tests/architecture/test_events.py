"""Every event stands in the catalogue, is named as events are, and is heard, or is known not to be."""

import re
from collections.abc import Collection, Iterator
from importlib import import_module
from uuid import UUID

import pytest

from architecture.sources import COMMON, SERVICES, python_sources
from syncline_common.bus.router import EventRouter
from syncline_common.db.tx import Tx
from syncline_common.events.base import Event
from syncline_common.events.catalogue import BY_KEY, EVENTS
from syncline_embedded.services import SERVICES as TOGETHER

HEARD_BY_NOBODY = frozenset(  # type by type: only clients want it, no service of ours does
    {
        *(f"sync.run.{verb}.v1" for verb in ("started", "failed", "held")),
        "sync.record.set_aside.v1",
        "sync.conflict.found.v1",
        "registry.system.registered.v1",
        *(f"connections.connection.{verb}.v1" for verb in ("ready", "failed")),
    }
)
NOT_IN_ED = {"found", "held", "set_aside", "ready"}  # past enough, and part of the public contract
NAME = re.compile(r"([a-z]+)\.([a-z][a-z_]*)\.([a-z][a-z_]*)")


def odd_event(event: type[Event]) -> Iterator[str]:
    found = NAME.fullmatch(event.topic)
    if found is None:
        yield f"{event.topic} is not <service>.<noun>.<past verb>"
        return
    service, noun, verb = found.groups()
    if service not in SERVICES:
        yield f"{service} is no service"
    if event.__module__.rpartition(".")[2] != service:
        yield f"{event.__name__} is {service}'s and stands in {event.__module__}"
    if not verb.endswith("ed") and verb not in NOT_IN_ED:
        yield f"{verb} is not in the past"
    if event.__name__ != "".join(part.capitalize() for part in f"{noun}_{verb}".split("_")):
        yield f"{event.__name__} does not say {noun} {verb}"
    if not (event.__dict__.get("__doc__") or "").strip():
        yield f"{event.__name__} does not say what happened"
    if event.about not in event.model_fields:
        yield f"{event.__name__} is about {event.about}, which it does not have"


def defined_events() -> list[type[Event]]:
    """In the files of `events/`, found by reading the folder and not the catalogue."""
    folder = f"{COMMON}events/"
    paths = [it.path for it in python_sources() if it.path.startswith(folder)]
    modules = [import_module(path.removeprefix("libs/common/")[:-3].replace("/", ".")) for path in paths]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return [it for it in dict.fromkeys(found) if issubclass(it, Event) and it is not Event]


def unheard(events: Collection[type[Event]], routers: Collection[EventRouter]) -> set[str]:
    """Types that no handler was written for. Those who keep every event don't count: they hear nothing."""
    heard = {key for router in routers for key in router._handlers}
    return {event.routing_key() for event in events} - heard


def test_every_event_stands_in_the_catalogue() -> None:
    assert set(defined_events()) == set(EVENTS)
    assert len(EVENTS) == len(set(EVENTS))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_events_are_named_and_described_alike(event: type[Event]) -> None:
    assert list(odd_event(event)) == []


def test_routing_keys_are_unique() -> None:
    assert len(BY_KEY) == len(EVENTS)


def test_every_event_is_heard_or_is_known_not_to_be() -> None:
    assert unheard(EVENTS, [service.events for service in TOGETHER]) == HEARD_BY_NOBODY


def test_every_service_listens_under_its_own_name() -> None:
    assert [service.events.consumer for service in TOGETHER] == [service.name for service in TOGETHER]


class NetworkClosed(Event):
    """An example: a network was closed."""

    topic, about = "registry.network.closed", "network_id"


NetworkClosed.__module__ = "syncline_common.events.registry"


class Undescribed(NetworkClosed):
    topic = "registry.network.close"
    about = "door_id"


class NetworkLost(Event):
    """An example of what stands in the wrong file."""

    topic, about = "nowhere.network.lost", "network_id"


class Short(Event):
    """An example of a name that is none."""

    topic, about = "network_closed", "network_id"


@pytest.mark.parametrize(
    ("event", "count"), [(NetworkClosed, 0), (Undescribed, 5), (NetworkLost, 3), (Short, 1)]
)
def test_odd_events_are_found(event: type[Event], count: int) -> None:
    assert len(list(odd_event(event))) == count


def test_an_event_that_nobody_hears_is_found() -> None:
    deaf, hearing = EventRouter("deaf"), EventRouter("hearing")

    @hearing.on(NetworkClosed)
    async def hear(event: NetworkClosed, tx: Tx) -> None:
        assert event.account_id != UUID(int=0)

    deaf.on_every([NetworkClosed])
    assert unheard([NetworkClosed], [deaf]) == {"registry.network.closed.v1"}
    assert unheard([NetworkClosed], [deaf, hearing]) == set()
