"""Whatever happens while a feed is read page by page, everything that changed is seen: against small models of the vendors."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.standin import Told
from syncline_common.connectors.azure_devops.reader import AzureDevOpsReader
from syncline_common.connectors.servicenow.reader import ServiceNowReader
from syncline_common.connectors.times import iso
from syncline_common.errors import PermissionMissing
from syncline_common.schemas.records import Feed

START = datetime(2026, 3, 31, 12, 0, 0, tzinfo=UTC)
LONGEST = 60  # pages; a feed that goes on longer goes on for ever


class Organisation:
    """Work items with times in milliseconds; somebody edits one between any two requests."""

    def __init__(self, times: list[int], editing: Random | None) -> None:
        self.now = START + timedelta(milliseconds=max(times, default=0) + 2000)
        self.items = {id: (START + timedelta(milliseconds=it), 1) for id, it in enumerate(times, 1)}
        self._editing = editing

    async def send(self, method: str, path: str, **given: Any) -> Told:
        if path.endswith("/fields"):
            return Told({"value": []}, headers={"content-type": "application/json"})
        headers = {"date": self.now.strftime("%a, %d %b %Y %H:%M:%S GMT"), "content-type": "application/json"}
        if path.endswith("/wiql"):
            found = self._asked(given["json"]["query"])[: given["params"]["$top"]]
            body: Any = {"workItems": [{"id": it} for it in found]}
        else:
            body = {"value": [self._item(int(it)) for it in given["params"]["ids"].split(",")]}
        self._edit()
        return Told(body, headers=headers)

    def _asked(self, query: str) -> list[int]:
        since = re.search(r"ChangedDate\] >= '([^']+)'", query)
        before = re.search(r"ChangedDate\] < '([^']+)'", query)
        after = re.search(r"Id\] > (\d+)", query)
        found = [
            (changed, id)
            for id, (changed, _) in self.items.items()
            if (not since or changed >= datetime.fromisoformat(since[1]))
            and (not before or changed < datetime.fromisoformat(before[1]))
            and (not after or id > int(after[1]))
        ]
        by_time = "ORDER BY [System.ChangedDate]" in query
        return [id for _, id in (sorted(found) if by_time else sorted(found, key=lambda it: it[1]))]

    def _item(self, id: int) -> Mapping[str, Any]:
        changed, rev = self.items[id]
        times = {"System.ChangedDate": changed.isoformat(), "System.CreatedDate": START.isoformat()}
        return {"id": id, "rev": rev, "fields": times}

    def _edit(self) -> None:
        self.now += timedelta(milliseconds=700)
        if self._editing and self.items and self._editing.random() < 0.7:
            id = self._editing.choice(list(self.items))
            self.items[id] = (self.now, self.items[id][1] + 1)


class Instance:
    """Rows with times in seconds, some of them hidden: those take their place in a page and are left out of it."""

    def __init__(self, times: list[int], hidden: set[int]) -> None:
        ids = [f"{Random(it).getrandbits(64):016x}" for it in range(len(times))]
        self.rows = sorted(
            (f"{START + timedelta(seconds=it):%Y-%m-%d %H:%M:%S}", id)
            for it, id in zip(times, ids, strict=True)
        )
        self.hidden = {self.rows[it][1] for it in hidden if it < len(self.rows)}

    async def send(self, method: str, path: str, *, params: Mapping[str, Any], **_: Any) -> Told:
        if not path.endswith("/incident"):
            raise PermissionMissing("nobody reads the dictionary here")
        query, start, limit = params["sysparm_query"], params["sysparm_offset"], params["sysparm_limit"]
        conditions = [it for it in query.split("^") if not it.startswith("ORDERBY")]
        found = [it for it in self.rows if self._holds(conditions, it)]
        if "ORDERBYsys_updated_on" not in query:
            found.sort(key=lambda it: it[1])
        page = [it for it in found[start : start + limit] if it[1] not in self.hidden]
        rows = [{"sys_id": id, "sys_updated_on": at, "sys_mod_count": "0"} for at, id in page]
        headers = {"x-total-count": str(len(found)), "date": "Tue, 31 Mar 2026 18:40:00 GMT"}
        return Told({"result": rows}, headers=headers)

    def _holds(self, conditions: list[str], row: tuple[str, str]) -> bool:
        """An OR joins the condition right before it."""
        groups: list[list[str]] = []
        for it in conditions:
            if it.startswith("OR"):
                groups[-1].append(it[2:])
            else:
                groups.append([it])
        return all(any(self._meets(it, row) for it in group) for group in groups)

    def _meets(self, condition: str, row: tuple[str, str]) -> bool:
        name, sign, value = re.fullmatch(r"(\w+?)(>=|>|=)(.*)", condition).groups()  # type: ignore[union-attr]
        own = row[0] if name == "sys_updated_on" else row[1]
        return own >= value if sign == ">=" else own > value if sign == ">" else own == value


async def read(
    reader: Any, stream: str, since: datetime | None, another: Callable[[], Any | None] = lambda: None
) -> set[str]:
    """Sometimes by `another` reader, which knows nothing but the token."""
    seen, token = set[str](), None
    for _ in range(LONGEST):
        reader = another() or reader
        page = await reader.changes(stream, Feed.RECORDS, since, token)
        assert list(page.changed) == sorted(page.changed, key=lambda it: it.changed_at)
        seen |= {it.ref.id for it in page.changed}
        token = page.next
        if token is None:
            return seen
    raise AssertionError("it does not end")


crowds = st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 450)), max_size=4)
MORE_THAN_ONE_ANSWER = [(it * 100, 25) for it in range(55, 145)]
THREE = [(6000, 150), (9000, 300), (14_000, 250)]


@example(THREE, 1, True)
@example(THREE, 2, True)
@example(THREE, 3, True)
@example(MORE_THAN_ONE_ANSWER, 1, True)
@example(MORE_THAN_ONE_ANSWER, 2, False)
@given(crowds, st.integers(0, 1000), st.booleans())
@settings(max_examples=60, deadline=None)
async def test_azure_devops(moments: list[tuple[int, int]], seed: int, edited: bool) -> None:
    """Crowds of records that share a moment, or nearly; others are edited meanwhile."""
    spread = Random(seed)
    times = [at + spread.choice((0, 0, 1, 400, 1100)) for at, many in moments for _ in range(many)]
    spread.shuffle(times)
    model = Organisation(times, Random(seed) if edited else None)
    since = START + timedelta(seconds=5)
    expected = {str(id) for id, (changed, _) in model.items.items() if changed >= since}

    def another() -> Any:
        return AzureDevOpsReader(model) if spread.random() < 0.2 else None  # type: ignore[arg-type]

    assert await read(another() or AzureDevOpsReader(model), "Bug", since, another) >= expected  # type: ignore[arg-type]


@example([(6000, 450), (7000, 450), (8000, 450)], set(), 2)
@given(crowds, st.sets(st.integers(0, 1500), max_size=20), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
async def test_servicenow(moments: list[tuple[int, int]], some: set[int], blocks: int) -> None:
    """Crowds in one second, and hidden rows, up to whole pages of them."""
    times = [at // 1000 for at, many in moments for _ in range(many)]
    hidden = some | set(range(100, 100 + blocks * 500))
    model = Instance(times, hidden)
    since = START + timedelta(seconds=5)
    told = f"{since:%Y-%m-%d %H:%M:%S}"
    expected = {id for at, id in model.rows if at >= told and id not in model.hidden}
    assert await read(ServiceNowReader(model), "incident", since) == expected  # type: ignore[arg-type]


async def test_the_models_have_crowds_that_fit_no_page() -> None:
    """So that the tests above are about something."""
    model = Organisation([100] * 450, None)
    assert await read(AzureDevOpsReader(model), "Bug", None) == {str(it) for it in range(1, 451)}  # type: ignore[arg-type]
    assert len(model._asked(f"[System.ChangedDate] >= '{iso(START)}'")) == 450
