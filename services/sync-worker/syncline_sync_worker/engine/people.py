"""The same person on the other side: by a table, by e-mail or login, else by a default."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from syncline_common.schemas.values import Side, Value
from syncline_sync_worker.engine.rules import NoPartner


@dataclass(frozen=True, slots=True)
class Known:
    """A person as a system knows them; `key` is what its fields hold."""

    key: str
    email: str | None = None
    login: str | None = None

    def names(self) -> list[str]:
        return [it.casefold() for it in (self.key, self.email, self.login) if it]


class Directory:
    """A side's people. A name that several of them have finds nobody: the wrong person is worse than none."""

    def __init__(self, people: Iterable[Known]) -> None:
        self._by: dict[tuple[str, str], Known | None] = {}
        for one in people:
            for what, name in (("key", one.key), ("email", one.email), ("login", one.login)):
                if name:
                    place = (what, name.casefold())
                    self._by[place] = None if self._by.get(place, one) != one else one

    def by(self, what: str, name: str | None) -> Known | None:
        return self._by.get((what, name.casefold())) if name else None

    def called(self, name: str) -> Known | None:
        found = (self.by(what, name) for what in ("key", "email", "login"))
        return next((it for it in found if it is not None), None)


class People:
    """Converts keys. What stands in the table counts more than what can be found."""

    def __init__(
        self,
        directories: Mapping[Side, Directory],
        *,
        match: Sequence[str],
        table: Mapping[str, str],
        default: Mapping[Side, Value],
    ) -> None:
        self._directories, self._match, self._default = directories, match, default
        self._tables = {
            Side.B: {a.casefold(): b for a, b in table.items()},
            Side.A: {b.casefold(): a for a, b in reversed(list(table.items()))},
        }

    def convert(self, value: Value, to: Side) -> Value:
        name = str(value).strip()
        found = self._find(name, to)
        if found is not None:
            return found.key
        if to not in self._default:
            raise NoPartner(f"{name!r} is nobody on side {to}")
        default = self._default[to]
        known = None if default is None else self._directories[to].called(str(default))
        return default if known is None else known.key

    def _find(self, name: str, to: Side) -> Known | None:
        here, there = self._directories[to.other], self._directories[to]
        person = here.called(name) or Known(name)
        listed = next((self._tables[to][it] for it in person.names() if it in self._tables[to]), None)
        if listed is not None:
            return there.called(listed)
        found = (there.by(what, getattr(person, what)) for what in self._match)
        return next((it for it in found if it is not None), None)
