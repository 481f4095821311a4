"""A pair as it was before what we wrote to it since an instant: so that the changes of that time can be planned once more. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syncline_common.schemas.values import UNSET, Side, Unset, Value, Values
from syncline_sync_worker.domain.ledger import Entry
from syncline_sync_worker.engine.bases import Bases
from syncline_sync_worker.engine.rules import Rule
from syncline_sync_worker.engine.values import is_empty, same

Was = Mapping[tuple[str, Side], Value | Unset]  # by rule and side written: what stood there at the instant


def _sides() -> dict[Side, dict[str, Value]]:
    return {side: {} for side in Side}


@dataclass(frozen=True, slots=True)
class Past:
    """`replaced`: what stood where we have written since, by side and field. `changed`: fields that were the reason; what they
    said before was not kept, so what stands here is nothing, or anything that is not what they say now."""

    replaced: Mapping[Side, dict[str, Value]] = field(default_factory=_sides)
    changed: Mapping[Side, dict[str, Value]] = field(default_factory=_sides)

    def seen(self, side: Side, values: Values) -> Values:
        return {**values, **self.replaced[side]}

    def bases(self, base_a: Values, base_b: Values, rules: Iterable[Rule]) -> Bases:
        """As the two sides agreed before, in the places where these rules look."""
        found = {Side.A: dict(base_a), Side.B: dict(base_b)}
        for rule in rules:
            for side in Side:
                for value in self._before(rule, side):
                    found[side][rule.key(side)] = value
        a, b = ({key: it for key, it in found[side].items() if it is not UNSET} for side in Side)
        return a, b

    def _before(self, rule: Rule, side: Side) -> Sequence[Value | Unset]:
        """None: it is as it was."""
        name, other = rule.field(side), rule.field(side.other)
        if name is None:  # a constant counts as said when it was written
            return [UNSET] if other in self.replaced[side.other] else []
        places = (self.replaced[side], self.changed[side])
        return [it[name] for it in places if name in it][:1]


def made_side(entries: Sequence[Entry]) -> Side | None:
    """The side whose record we made since: nothing can have stood in its fields."""
    return next((it.side for it in entries if it.old is UNSET), None)


def past(rules: Iterable[Rule], seen: Mapping[Side, Values], entries: Sequence[Entry], was: Was) -> Past:
    """`entries`: what we wrote since, oldest first. What somebody has edited after our last write is left as it is."""
    last = {it.rule_id: it for it in entries}
    found = Past()
    for rule in rules:
        wrote = last.get(rule.id)
        name = rule.field(wrote.side) if wrote is not None else None
        if wrote is None or name is None:
            continue
        before = was.get((rule.id, wrote.side), UNSET)
        stands = seen[wrote.side].get(name, UNSET)
        if before is UNSET or stands is UNSET or not same(rule.type(wrote.side), stands, wrote.new):
            continue
        found.replaced[wrote.side][name] = before
        if (source := rule.field(wrote.side.other)) is not None:
            empty = is_empty(seen[wrote.side.other].get(source))
            found.changed[wrote.side.other][source] = before if empty else UNSET
    return found
