"""The Reader and the Writer that the engine is given for an invented tracker."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from simulation.cabinet import BEGINNING, By, Stored
from simulation.tracker import Tracker
from syncline_common.errors import ContractBroken, RecordChanged, RemoteError
from syncline_common.schemas.connector import NewRecord, RepeatClass, StreamTraits, Update
from syncline_common.schemas.records import Changed, ChangePage, Comment, Feed, Record, RecordRef
from syncline_common.schemas.values import Values


class TrackerReader:
    def __init__(self, tracker: Tracker) -> None:
        self._tracker, self._cabinet = tracker, tracker.cabinet

    def traits(self, stream: str) -> StreamTraits:
        self._known(stream)
        return self._tracker.vendor.traits()

    async def check(self) -> None:
        await self._tracker.ask("check", lambda: None)

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        self._known(stream)
        if feed not in self._tracker.vendor.traits().feeds:
            raise ContractBroken(f"{self._tracker.vendor.name} has no feed of {feed}")
        page: ChangePage = await self._tracker.ask("changes", lambda: self._changes(feed, since, token))
        return page

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        self._known(stream)
        page: ChangePage = await self._tracker.ask("inventory", lambda: self._inventory(token))
        return page

    async def fetch(self, stream: str, ids: Sequence[str]) -> Mapping[str, Record]:
        """Never lags: a record's own address shows what it is now."""
        self._known(stream)
        found: Mapping[str, Record] = await self._tracker.ask("fetch", lambda: self._fetch(ids), ids)
        return found

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        self._known(stream)
        found: Sequence[Record] = await self._tracker.ask("find", lambda: self._find(marker), [marker])
        return found

    async def alike(self, stream: str, values: Values) -> Sequence[Record]:
        """No history here has a flow that asks."""
        raise NotImplementedError

    async def comments(self, ref: RecordRef) -> Sequence[Comment]:
        self._known(ref.stream)
        found: Sequence[Comment] = await self._tracker.ask(
            "comments", lambda: [it for _, _, it in self._cabinet.get(ref.id).comments], [ref.id]
        )
        return found

    def _known(self, stream: str) -> None:
        if stream != self._tracker.vendor.stream:
            raise ContractBroken(f"{self._tracker.vendor.name} has no stream {stream}")

    def _changes(self, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        changed = self._shown() if feed is Feed.RECORDS else self._commented()
        wanted = [it for it in changed if since is None or it.changed_at >= since]
        if token is not None:
            wanted = [it for it in wanted if _key(it) > token]
        page = self._page(wanted, lambda rest: _key(rest[-1]))
        if feed is not Feed.RECORDS or not self._tracker.vendor.whole_pages:
            return page
        whole = self._fetch([it.ref.id for it in page.changed])
        offered = ((whole.get(it.ref.id), it.version) for it in page.changed)
        same = [it for it, version in offered if it and it.version == version]
        return replace(page, came={it.ref: partial(_itself, it) for it in same})

    def _inventory(self, token: str | None) -> ChangePage:
        everything = sorted(self._shown(), key=lambda it: it.ref.id)
        if not self._tracker.vendor.drifting_inventory:
            return self._page([it for it in everything if it.ref.id > (token or "")], lambda p: p[-1].ref.id)
        newest_first = sorted(everything, key=_key, reverse=True)  # so it drifts while somebody edits
        start = int(token or 0)
        return self._page(newest_first[start:], lambda page: str(start + len(page)))

    def _page(self, wanted: Sequence[Changed], token: Callable[[Sequence[Changed]], str]) -> ChangePage:
        page = wanted[: self._tracker.vendor.facts.page]
        vendor_now = BEGINNING + timedelta(seconds=self._tracker.now() + self._tracker.vendor.facts.offset)
        return ChangePage(page, token(page) if len(wanted) > len(page) else None, vendor_now)

    def _shown(self) -> list[Changed]:
        now = self._tracker.now()
        shown = ((it, it.as_shown(now)) for it in self._cabinet.records.values() if it.there)
        return sorted((self._cabinet.changed(it, seen) for it, seen in shown if seen is not None), key=_key)

    def _commented(self) -> list[Changed]:
        now, found = self._tracker.now(), []
        for stored in self._cabinet.records.values():
            shown = [it for at, _, it in stored.comments if at <= now]
            if stored.there and shown:
                found.append(Changed(shown[-1].record, shown[-1].id, shown[-1].created_at))
        return sorted(found, key=_key)

    def _fetch(self, ids: Sequence[str]) -> dict[str, Record]:
        found = {id: self._cabinet.records.get(id) for id in ids}
        return {id: self._cabinet.record(it) for id, it in found.items() if it is not None and it.there}

    def _find(self, marker: str) -> list[Record]:
        if self._tracker.vendor.facts.creates is RepeatClass.K3:
            return []
        now = self._tracker.now()
        bearing = [it for it in self._cabinet.records.values() if it.there and it.marker == marker]
        shown = ((it, it.as_shown(now)) for it in bearing)
        return [self._cabinet.record(it, seen) for it, seen in shown if seen is not None]


class TrackerWriter:
    def __init__(self, tracker: Tracker) -> None:
        self._tracker, self._cabinet = tracker, tracker.cabinet

    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        markers = [it.marker for it in new]
        done: Sequence[Record | RemoteError] = await self._ask(
            "create", lambda: [_each(self._create, it) for it in new], markers
        )
        return done

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        ids = [it.seen.ref.id for it in updates]
        done: Sequence[Record | RemoteError] = await self._ask(
            "update", lambda: [_each(self._update, it) for it in updates], ids
        )
        return done

    async def close(self, seen: Record) -> Record:
        field, value = ("State", "Closed") if "State" in self._tracker.vendor.fields else ("state", "7")
        closed: Record = await self._ask(
            "close", lambda: self._update(Update(seen, {field: value})), [seen.ref.id]
        )
        return closed

    async def delete(self, seen: Record) -> None:
        await self._ask("delete", lambda: self._delete(seen), [seen.ref.id])

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        said: Comment = await self._ask("comment", lambda: self._comment(ref, body, marker), [ref.id])
        return said

    async def _ask(self, name: str, serve: Callable[[], Any], about: Sequence[str]) -> Any:
        if len(about) > self._tracker.vendor.traits().batch:
            raise ContractBroken(f"{len(about)} at once are more than {self._tracker.vendor.name} takes")
        return await self._tracker.ask(name, serve, about, writes=True)

    def _create(self, new: NewRecord) -> Record:
        if new.stream != self._tracker.vendor.stream:
            raise ContractBroken(f"{self._tracker.vendor.name} has no stream {new.stream}")
        same = [it for it in self._cabinet.records.values() if it.marker == new.marker]
        if self._tracker.vendor.facts.creates is RepeatClass.K1 and same:
            return self._cabinet.record(same[0])
        return self._done(self._cabinet.create(*self._times(), new.values, By.ENGINE, new.marker))

    def _update(self, update: Update) -> Record:
        stored = self._cabinet.get(update.seen.ref.id)
        stale = self._cabinet.version(stored.now) != update.seen.version
        if self._tracker.vendor.facts.conditional and stale:
            raise RecordChanged(f"{stored.id} has moved on")
        self._cabinet.update(*self._times(), stored, update.values, By.ENGINE)
        return self._done(stored)

    def _delete(self, seen: Record) -> None:
        stored = self._cabinet.get(seen.ref.id)
        self._cabinet.mark(self._tracker.now(), stored, "delete", By.ENGINE)
        self._done(stored)

    def _comment(self, ref: RecordRef, body: str, marker: str) -> Comment:
        stored = self._cabinet.get(ref.id)
        said = self._cabinet.comment(*self._times(), stored, body, By.ENGINE, marker)
        self._done(stored)
        return said

    def _times(self) -> tuple[float, float]:
        return self._tracker.now(), self._tracker.shown_at()

    def _done(self, stored: Stored) -> Record:
        self._tracker.changed(stored)
        return self._cabinet.record(stored)


def _key(changed: Changed) -> str:
    return f"{changed.changed_at.isoformat()} {changed.ref.id}"


def _each(serve: Callable[[Any], Record], item: Any) -> Record | RemoteError:
    try:
        return serve(item)
    except RemoteError as error:
        return error


def _itself(record: Record) -> Record:
    return record
