"""A stand-in that survives faults, kills and revoked credentials, so that the oracle is seen to be fair under them."""

from datetime import timedelta

from simulation.configurations import Mapped, Variant
from simulation.naive import Naive
from simulation.subject import Place
from syncline_common.errors import (
    CredentialRejected,
    RemoteError,
    Retryable,
    UnknownOutcome,
)
from syncline_common.schemas.connector import NewRecord, Priority, RepeatClass
from syncline_common.schemas.records import Record
from syncline_common.schemas.values import Side

SECOND = timedelta(seconds=1)
WAIT = 30.0  # seconds until what was under way has happened or never will; then the search's lag


class Sturdy(Naive):
    """One worker. What it knows survives its death at every await: its memory is the database."""

    def __init__(self, versions: tuple[Variant, ...]) -> None:
        super().__init__(versions)
        self._intents: dict[tuple[Side, str], float] = {}  # where, marker: not to be looked up before
        self._sent: dict[str, Record] = {}  # as it was when its copy was sent: a later edit is a change
        self._edited: set[str] = set()
        self._credential = 1
        self._refused: int | None = None

    async def prepare(self, place: Place) -> None:
        await super().prepare(place)
        self._elapsed = place.elapsed

    async def restored(self, side: Side) -> None:
        self._credential += 1

    async def cycle(self) -> None:
        if self._refused != self._credential:
            await super().cycle()

    async def read(self, side: Side) -> dict[str, Record]:
        used = self._credential
        try:
            return await super().read(side)
        except CredentialRejected:
            self._refused = used  # by now there may be another
            raise

    async def create(self, side: Side, record: Record) -> None:
        """What is new here may be what we have sent and not heard of: it waits until that is known."""
        if self._paused:
            return
        if any(there is side for there, _ in self._intents):
            self.explain(record.ref.id, UnknownOutcome.code)
            return
        await super().create(side, self._sent.setdefault(record.ref.id, record))
        if not self._intents:
            self._sent.clear()

    def agreed(self, records: dict[Side, Record]) -> None:
        """A copy that was found later and has been edited is no base."""
        super().agreed(records)
        for record in records.values():
            if record.ref.id in self._edited:
                self._bases[record.ref.id] = {}

    async def write(self, rule: Mapped, records: dict[Side, Record], source: Side) -> None:
        """Where a stale write is not refused, it looks again at once before."""
        reader = await self._place.systems.reader(source.other, Priority.POLL)
        seen = records[source.other]
        if not reader.traits(seen.ref.stream).conditional:
            now = (await reader.fetch(seen.ref.stream, [seen.ref.id])).get(seen.ref.id)
            if now is None or now.version != seen.version:
                return
        if not self._paused:
            await super().write(rule, records, source)

    async def send(self, side: Side, new: NewRecord) -> Record | RemoteError:
        """Written down before; after that, looked up first and sent again only if it is not there."""
        reader = await self._place.systems.reader(side, Priority.POLL)
        traits, intent = reader.traits(new.stream), (side, new.marker)
        if intent in self._intents:
            if self._elapsed() < self._intents[intent] or traits.creates is RepeatClass.K3:
                return UnknownOutcome("it may be there")
            for found in await reader.find(new.stream, new.marker):
                if found.ref.id not in self._links:
                    if found.changed_at != found.created_at or traits.granularity > SECOND:
                        self._edited.add(found.ref.id)
                    fetched = await reader.fetch(new.stream, [found.ref.id])
                    del self._intents[intent]
                    return fetched.get(found.ref.id, found)
        self._intents[intent] = self._elapsed() + WAIT + traits.settle.total_seconds()
        try:
            made = await super().send(side, new)
        except (Retryable, CredentialRejected):
            del self._intents[intent]  # refused before it had an effect
            raise
        if not isinstance(made, UnknownOutcome):
            del self._intents[intent]
        return made
