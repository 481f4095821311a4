"""Judges what was found against what was promised. Pure, so that the judge can be tested as well."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from chaos.found import Found
from chaos.writers import Told


def judge(found: Found, told: Told, seen: Sequence[tuple[int, UUID]], *, one_writer: bool) -> list[str]:
    """Every broken promise in a line. `one_writer`: the database commits in the order of the outbox (SQLite)."""
    return [
        *told.refused,
        *_networks(found, told),
        *_on_the_way(found),
        *_announcements(found, told, one_writer=one_writer),
        *_stream(found, seen),
    ]


def _networks(found: Found, told: Told) -> Iterator[str]:
    made = [row["id"] for row in found.networks]
    yield from _same(
        "acknowledged, not in the registry", told.acknowledged, set(told.acknowledged) & set(made)
    )
    yield from _once("networks of one name", (row["name"] for row in found.networks))
    yield from _equal("known to connections", (row["id"] for row in found.known), made)
    yield from _equal("announced by the outbox", map(_network_of, found.outbox), made)
    yield from _equal("announced in sync", (row["network_id"] for row in found.announced), made)
    unfinished = [row["key"] for row in found.idempotency if row["status"] is None]
    yield from _same("keys without an answer", unfinished, ())


def _on_the_way(found: Found) -> Iterator[str]:
    sent = [row["event_id"] for row in found.outbox]
    yield from _same(
        "never marked as sent", [r["event_id"] for r in found.outbox if r["sent_at"] is None], ()
    )
    for name, inbox in (("connections", found.known_inbox), ("sync", found.announced_inbox)):
        yield from _equal(f"in the inbox of {name}", (row["event_id"] for row in inbox), sent)
        yield from _same(f"not done in {name}", [r["event_id"] for r in inbox if r["done_at"] is None], ())
        yield from _same(
            f"parked in {name}", [r["event_id"] for r in inbox if r["parked_at"] is not None], ()
        )
        yield from _same(f"failed on the way in {name}", [r["error"] for r in inbox if r["attempts"]], ())


def _announcements(found: Found, told: Told, *, one_writer: bool) -> Iterator[str]:
    positions = [row["position"] for row in found.announced]
    if positions != list(range(1, len(positions) + 1)):
        yield f"positions are not dense: {positions[:5]} ... {positions[-5:]}, {len(positions)} of them"
    heads = [row["position"] for row in found.heads]
    if heads != [len(positions)]:
        yield f"the head is at {heads}, there are {len(positions)}"
    order = [row["event_id"] for row in found.announced]
    if one_writer and order != [row["event_id"] for row in found.outbox]:
        yield "announced in another order than committed"
    place = {row["network_id"]: row["position"] for row in found.announced}
    for networks in told.by_writer:
        mine = [place[it] for it in networks if it in place]
        if mine != sorted(mine):
            yield f"a writer's networks were announced in another order than they were answered: {mine}"


def _stream(found: Found, seen: Sequence[tuple[int, UUID]]) -> Iterator[str]:
    expected = [(row["position"], row["event_id"]) for row in found.announced]
    if list(seen) == expected:
        return
    first = next((i for i, (a, b) in enumerate(zip(seen, expected, strict=False)) if a != b), None)
    first = min(len(seen), len(expected)) if first is None else first
    yield f"the stream showed {len(seen)} events, {len(expected)} were announced; the first difference is at {first + 1}"


def _network_of(row: Any) -> UUID:
    """An event's network, as its body says."""
    return UUID(json.loads(row["body"])["networkid"])


def _equal(what: str, found: Iterable[Any], wanted: Iterable[Any]) -> Iterator[str]:
    """Each wanted one exactly once, and nothing else."""
    have, want = Counter(found), Counter(wanted)
    for verdict, difference in (("missing", want - have), ("too many", have - want)):
        if difference:
            yield f"{what}: {difference.total()} {verdict}, such as {next(iter(difference))}"


def _once(what: str, found: Iterable[Any]) -> Iterator[str]:
    if several := [it for it, count in Counter(found).items() if count > 1]:
        yield f"{what}: {several[:3]}"


def _same(what: str, found: Iterable[Any], wanted: Iterable[Any]) -> Iterator[str]:
    if more := [it for it in found if it not in set(wanted)]:
        yield f"{what}: {len(more)}, such as {more[0]}"
