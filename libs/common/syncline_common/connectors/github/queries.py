"""What is asked, and where a feed goes on.

Pages are counted by GitHub, or begin after a cursor where it has them. What is edited or deleted meanwhile moves all
that comes after it forward, so a page that is counted begins a little before the place that was reached, and what was
last there has to be in it: else it is gone back.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from syncline_common.configuration.conditions import Condition
from syncline_common.connectors.github.places import Repo
from syncline_common.connectors.github.records import CREATED, UPDATED, Wire
from syncline_common.connectors.times import EPOCH, instant, iso
from syncline_common.errors import ContractBroken, RecordRejected
from syncline_common.schemas.values import Values

PAGE, SMALLEST, BEFORE = 100, 51, 5  # items of a page, and of its begin that were seen already
LONGEST_WORDS = 200  # of the 256 that a search may have
SAFE_ID = re.compile(r"([1-9]\d{0,18})/([1-9]\d{0,9})")
SAFE_MARKER = re.compile(r"[\w-]{1,64}")
REPEATED = "GitHub repeated a page"
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Going:
    """Through one repository after the other: by time of change from `since` on, or, without it, as they were made."""

    repo: int = 0  # this one, or the next one there is
    began: str = ""  # since when, in each of them
    since: str = ""
    passed: int = 0  # how many of this list are behind us
    last: Key = ("", 0)
    url: str = ""  # of the next page, where the vendor has cursors

    @classmethod
    def changes(cls, since: datetime | None, token: str | None) -> "Going":
        at = iso(since or EPOCH)
        return cls.at(token) if token is not None else cls(began=at, since=at)

    @classmethod
    def at(cls, token: str | None) -> "Going":
        if token is None:
            return cls()
        repo, began, since, passed, time, number, url = json.loads(token)
        return cls(int(repo), began, since, int(passed), (time, int(number)), url)

    @property
    def token(self) -> str:
        return json.dumps([self.repo, self.began, self.since, self.passed, *self.last, self.url])

    @property
    def question(self) -> dict[str, Any]:
        size, page = window(self.passed)
        by = {"sort": "updated", "since": self.since} if self.since else {"sort": "created"}
        return {"state": "all", **by, "direction": "asc", "per_page": size, "page": page}

    def key(self, row: Wire) -> Key:
        return row[UPDATED if self.since else CREATED], int(row["number"])

    def fresh(self, rows: Sequence[Wire]) -> Sequence[Wire] | None:
        """Those that were not read yet; None if the page begins behind them, since something before it is gone."""
        keys = [self.key(it) for it in rows]
        times = [instant(at) for at, _ in keys]
        if times != sorted(times) or (self.since and times and times[0] < instant(self.since)):
            raise ContractBroken("GitHub did not keep to what was asked", detail="order")
        if not self.last[1]:
            return rows
        if self.last in keys:
            return rows[keys.index(self.last) + 1 :]
        if self.url:
            if keys and keys[0] <= self.last:
                raise ContractBroken(REPEATED, detail="cursor")
            return rows
        if keys and keys[0] <= self.last:
            return [row for row, key in zip(rows, keys, strict=True) if key > self.last]
        return None

    def back(self) -> "Going":
        return replace(self, passed=max(0, self.passed - PAGE))

    def next(self, rows: Sequence[Wire], fresh: Sequence[Wire], link: str) -> "Going":
        """`rows` are the whole page, `link` where the vendor goes on."""
        if not fresh:
            raise ContractBroken(REPEATED, detail="no end")
        last = self.key(fresh[-1])
        if self.since and last[0] > self.since:
            return Going(self.repo, self.began, last[0])
        size, page = window(self.passed)
        passed = len(rows) if self.url else (page - 1) * size + len(rows)
        url = link if "after" in parse_qs(urlsplit(link).query) else ""
        return replace(self, passed=passed, last=last, url=url)

    def elsewhere(self, repo: Repo) -> "Going":
        return Going(repo.id, self.began, self.began)


def window(passed: int) -> tuple[int, int]:
    """Size and number of the page that begins a little before what comes after `passed`, and reaches furthest."""
    if not passed:
        return PAGE, 1
    sizes = range(PAGE, SMALLEST - 1, -1)
    before = {it: passed % it for it in sizes if passed >= it}
    enough = {it: rest for it, rest in before.items() if rest >= BEFORE} or {
        it: rest for it, rest in before.items() if rest
    }
    if not enough:
        return PAGE, 1
    size = max(enough, key=lambda it: it - enough[it])
    return size, passed // size + 1


def parsed(id: str) -> tuple[int, int]:
    """Repository and number."""
    found = SAFE_ID.fullmatch(id)
    if found is None:
        raise RecordRejected("This id can't be asked for", detail=id[:40])
    return int(found[1]), int(found[2])


def marked(marker: str, owner: str | None) -> str:
    if not SAFE_MARKER.fullmatch(marker):
        raise RecordRejected("This marker can't be asked for")
    return " ".join([f'"{marker}"', "in:body", "is:issue", *_of(owner)])


def alike(values: Values, owner: str | None) -> str:
    """By words of the title, in a row. The search knows nothing of what stands between words, so it is left out."""
    words = re.findall(r"\w+", str(values.get("title") or ""))
    kept, length = list[str](), 0
    for it in words:
        length += len(it) + 1
        if length > LONGEST_WORDS:
            break
        kept.append(it)
    if not kept:
        raise RecordRejected("GitHub is searched by title only")
    return " ".join([f'"{" ".join(kept)}"', "in:title", "is:issue", *_of(owner)])


def counted(
    names: Sequence[str], owner: str | None, conditions: Sequence[Condition]
) -> tuple[str, list[str]]:
    """The question, and those conditions that it can't say."""
    told = {it.source: said(it) for it in conditions}
    places = [f"repo:{it}" for it in names] or _of(owner)
    known = [it for it in told.values() if it is not None]
    return " ".join(["is:issue", *places, *known]), [name for name, it in told.items() if it is None]


def said(condition: Condition) -> str | None:
    """None if the search has no words for it."""
    if condition.operator != "==" or len(condition.values) != 1:
        return None
    value = str(condition.values[0])
    if condition.field == "state" and value in ("open", "closed"):
        return f"state:{value}"
    if condition.field in ("assignee", "author") and re.fullmatch(r"[\w-]+(?:\[bot\])?", value):
        return f"{condition.field}:{value}"
    return None


def _of(owner: str | None) -> list[str]:
    return [f"user:{owner}"] if owner else []
