"""Questions in WIQL, and where a feed goes on. WIQL knows no pages: a question is answered with many ids, read page by page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.times import EPOCH, instant, iso
from syncline_common.errors import ContractBroken, RecordRejected
from syncline_common.schemas.records import Changed
from syncline_common.schemas.values import Value, Values

PAGE = 200  # as many as one fetch takes
AT_ONCE = 10_000  # ids in one answer; of 20,000 it answers none
SECOND = timedelta(seconds=1)
SAFE_ID = re.compile(r"[0-9]{1,9}")
REFERENCE = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+")
REPEATED = "Azure DevOps repeated a page"


@dataclass(frozen=True, slots=True)
class Place:
    """From `second` on; or, if `after` is set, only the rest of that second, by id: more may have changed than fit a page.

    `turn` tells the tokens of pages apart that end in the same second.
    """

    second: datetime
    after: int | None = None
    turn: int = 0

    @classmethod
    def at(cls, since: datetime | None, token: str | None) -> "Place":
        if token is None:
            return cls((since or EPOCH).replace(microsecond=0))
        second, after, *turn = token.split("|")
        return cls(instant(second), int(after) if after else None, int(turn[0]) if turn else 0)

    @property
    def token(self) -> str:
        place = f"{iso(self.second)}|{'' if self.after is None else self.after}"
        return f"{place}|{self.turn}" if self.turn else place

    def question(self, stream: str) -> str:
        if self.after is None:
            return _select(
                stream,
                f"[System.ChangedDate] >= '{iso(self.second)}'",
                by="[System.ChangedDate], [System.Id]",
            )
        within = f"[System.ChangedDate] >= '{iso(self.second)}' AND [System.ChangedDate] < '{iso(self.second + SECOND)}'"
        return _select(stream, f"{within} AND [System.Id] > {self.after}", by="[System.Id]")

    def must_hold(self, changed: Sequence[Changed], ids: Sequence[int]) -> None:
        """What lies before this place was not asked for: a page has come again."""
        if self.after is not None:
            must_follow(ids, self.after)
        elif any(it.changed_at < self.second for it in changed):
            raise ContractBroken(REPEATED, detail="changes")

    def next(
        self, changed: Sequence[Changed], ids: Sequence[int], asked: datetime, *, more: bool
    ) -> "Place | None":
        """`asked`: what was edited after the question says nothing about how far the question has reached."""
        if self.after is not None:
            return replace(self, after=max(ids)) if more else Place(self.second + SECOND)
        if not more:
            return None
        settled = [it.changed_at for it in changed if it.changed_at < asked]
        reached = max(settled, default=self.second).replace(microsecond=0)
        return Place(reached) if reached > self.second else Place(self.second, 0, self.turn)

    def within(self, asked: "Place") -> "Place":
        """The same place for whoever still holds what was `asked`, and so goes on in its order."""
        return replace(self, after=None, turn=self.turn + 1) if asked.after is None else self


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question was answered with, or what is left of it: ids, in its order."""

    ids: Sequence[int]
    now: datetime  # when it was answered
    cut: bool  # there may be more than it was answered with
    place: Place = Place(EPOCH)  # of a question about changes: where it goes on

    @property
    def page(self) -> Sequence[int]:
        return self.ids[:PAGE]

    @property
    def more(self) -> bool:
        return len(self.ids) > PAGE or self.cut

    @property
    def rest(self) -> "Asked | None":
        return replace(self, ids=self.ids[PAGE:]) if len(self.ids) > PAGE else None


def everything(stream: str, after: int) -> str:
    return _select(stream, f"[System.Id] > {after}", by="[System.Id]")


def must_follow(ids: Sequence[int], after: int) -> None:
    if any(it <= after for it in ids):
        raise ContractBroken(REPEATED, detail="by id")


def marked(stream: str, marker: str, marker_field: str | None) -> str:
    where = (
        f"[System.Tags] CONTAINS {quoted(marker)}"
        if marker_field is None
        else f"[{marker_field}] = {quoted(marker)}"
    )
    return _select(stream, where, by="[System.Id]")


def alike(stream: str, values: Values) -> str:
    where = " AND ".join(f"[{_reference(name)}] = {_literal(it)}" for name, it in sorted(values.items()))
    return _select(stream, where, by="[System.Id]")


def any_of(project: str) -> str:
    return f"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = {quoted(project)}"


def latest_of(project: str) -> str:
    return f"{any_of(project)} ORDER BY [System.ChangedDate] DESC"


ORDERED, LIKE = ("integer", "double"), ("string", "integer", "double", "treePath")


def scoped(stream: str, projects: Sequence[str], said: Sequence[str]) -> str:
    where = f"[System.TeamProject] IN ({', '.join(quoted(it) for it in projects)})" if projects else None
    return _select(
        stream, " AND ".join([it for it in (where, *said) if it] or ["[System.Id] > 0"]), by="[System.Id]"
    )


def said(condition: Condition, kind: str | None) -> str | None:
    """None if WIQL has no words for it; `kind` is the vendor's name of the field's type, None if there is no such field."""
    ordered = condition.operator not in ("==", "in")
    if kind not in (ORDERED if ordered else LIKE):
        return None
    numbers = kind in ORDERED
    if any(isinstance(it, str) is numbers or isinstance(it, bool) or it == "" for it in condition.values):
        return None
    values = [str(it) if numbers else quoted(it) for it in condition.values]
    if condition.operator == "in":
        return f"[{condition.field}] IN ({', '.join(values)})"
    return f"[{condition.field}] {condition.operator.replace('==', '=')} {values[0]}"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literal(value: Value) -> str:
    return str(value) if isinstance(value, int | float) else quoted(str(value))


def _reference(name: str) -> str:
    if not REFERENCE.fullmatch(name):
        raise RecordRejected("There is no such field", detail=name[:40])
    return name


def _select(stream: str, where: str, *, by: str) -> str:
    kind = f"[System.WorkItemType] = {quoted(stream)}"
    return f"SELECT [System.Id] FROM WorkItems WHERE {kind} AND {where} ORDER BY {by}"


def number(token: str | None) -> int:
    if token is None:
        return 0
    if not token.isdigit():
        raise ContractBroken("A cursor of ours can't be read", detail="inventory")
    return int(token)
