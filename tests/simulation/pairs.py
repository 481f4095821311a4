"""The oracle's view of one pair: an original, its copies, and what was in each field when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulation.cabinet import By, Effect, Stored
from simulation.configurations import UNMAPPED, Mapped
from simulation.lived import Lived
from simulation.vendors import Vendor
from syncline_common.schemas.values import Side, Value


@dataclass(frozen=True, slots=True)
class Pair:
    key: str
    born: Side  # where a person made it
    original: Stored  # also if it bears another key by now
    records: dict[Side, list[Stored]]
    effects: dict[Side, list[Effect]]

    @property
    def untouched(self) -> bool:
        """Nobody deleted, or hid, what belongs to it; then all must be well with it at the end."""
        return all(it.there for stored in self.records.values() for it in stored)

    @property
    def whole(self) -> bool:
        return self.untouched and all(len(it) == 1 for it in self.records.values())

    def ids(self) -> list[str]:
        return [it.id for side in Side for it in self.records[side]]

    def timeline(self, side: Side, field: str) -> list[Effect]:
        """Where the value changed."""
        changed = (it for it in self.effects[side] if field in it.changes)
        return [it for it in changed if not same(*it.changes[field])]

    def held(self, side: Side, field: str, since: float, until: float) -> list[Value]:
        """Every value it had in that time."""
        found = list[Value]()
        for stored in self.records[side]:
            for now, after in zip(stored.revisions, [*stored.revisions[1:], None], strict=True):
                if now.at <= until and (after is None or after.at >= since):
                    found.append(now.values[field])
        return found


def pairs(lived: Lived) -> Iterator[Pair]:
    cabinets = {side: lived.trackers[side].cabinet for side in Side}
    born = {
        it.key: (side, cabinets[side].records[it.id])
        for side in Side
        for it in cabinets[side].effects
        if it.kind == "create" and it.by is By.USER and it.key is not None
    }
    for key, (side, original) in born.items():
        records = {it: list(cabinets[it].by_key(key)) for it in Side}
        effects = {it: [e for e in cabinets[it].effects if e.key == key] for it in Side}
        yield Pair(key, side, original, records, effects)


def same(one: Value, other: Value) -> bool:
    """Line ends and trailing blanks say nothing."""
    return bool(_plain(one) == _plain(other))


def _plain(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return value.replace("\r\n", "\n").rstrip() or None


def carried(rule: Mapped, value: Value, to: Side, vendor: Vendor) -> Value:
    """How it looks on the other side once it is stored there."""
    converted = rule.convert(value, to)
    return converted if converted is UNMAPPED else vendor.stored_one(rule.field(to), converted)


def agree(rules: Sequence[Mapped], values: dict[Side, Value], vendors: dict[Side, Vendor]) -> bool:
    """Under one of these rules, in a direction in which it writes. Many-to-one: either way will do."""
    return any(
        rule.direction.into(side)
        and same(carried(rule, values[side.other], side, vendors[side]), values[side])
        for rule in rules
        for side in Side
    )


def unsaid(lived: Lived, pair: Pair, rule: Mapped) -> bool:
    """The only side that may speak has said nothing that was read, or nothing that was carried: silence clears nothing."""
    sources = [side for side in Side if not rule.direction.into(side)]
    return any(_unheard(lived, pair, rule, it) or _taken_back(pair, rule, it) for it in sources)


def _unheard(lived: Lived, pair: Pair, rule: Mapped, side: Side) -> bool:
    return all(it is None for it in _heard(lived, pair, side, rule.field(side)))


def _taken_back(pair: Pair, rule: Mapped, side: Side) -> bool:
    """Said and cleared again before it was carried, during a pause for instance."""
    written = (it for it in pair.timeline(side.other, rule.field(side.other)) if it.by is By.ENGINE)
    silent = all(it.now.values[rule.field(side)] is None for it in pair.records[side])
    return silent and not any(True for _ in written)


def _heard(lived: Lived, pair: Pair, side: Side, field: str) -> Iterator[Value]:
    """What stood there while one of our requests was under way."""
    ids = {it.id for it in pair.records[side]}
    for request in lived.trackers[side].requests:
        if request.worker is not None and ids & set(request.about):
            yield from pair.held(side, field, request.at, request.ended_at or lived.ended_at)
