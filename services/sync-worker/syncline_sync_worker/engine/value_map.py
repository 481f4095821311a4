"""a's values to b's. Where many become one, the way back leads to the first listed."""

from collections.abc import Mapping

from syncline_common.schemas.values import FieldType, Side, Value
from syncline_sync_worker.engine.rules import NoPartner
from syncline_sync_worker.engine.values import is_empty, normalise


class ValueMap:
    """Values are found by how they read: 1, 1.0 and "1" are one, as keys of a document are always text."""

    def __init__(self, values: Mapping[Value, Value], otherwise: Mapping[Side, Value]) -> None:
        filled = [(a, b) for a, b in values.items() if not is_empty(b)]
        self._tables = {
            Side.B: {_key(a): b for a, b in values.items()},
            Side.A: {_key(b): a for a, b in reversed(filled)},
        }
        self._otherwise = otherwise

    def convert(self, value: Value, to: Side) -> Value:
        table = self._tables[to]
        if (key := _key(value)) in table:
            return table[key]
        if to in self._otherwise:
            return self._otherwise[to]
        raise NoPartner(f"{value!r} has no partner on side {to}")


def _key(value: Value) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return normalise(FieldType.CHOICE, value)
