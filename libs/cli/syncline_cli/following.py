"""Following the stream of events across lost connections, without losing or repeating one."""

from collections.abc import Callable, Iterator
from itertools import count

from syncline_cli.api import Api
from syncline_cli.failures import Refused, Unreachable
from syncline_cli.line import Sent
from syncline_cli.waiting import pause

STREAM = "/sync/v1/events/stream"
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
AWAY_FOR_NOW = (429, 503)


class Follower:
    def __init__(self, api: Api, types: str, since: str | None, note: Callable[[str], None]) -> None:
        self._api, self._note = api, note
        self._params = {"types": types} if types else {}
        self.position = since  # of the last event; where the stream is taken up again
        self._connected = self._ever_connected = False

    def events(self) -> Iterator[Sent]:
        """Ends only with whoever reads it, or when it can't even begin."""
        failures = 0
        for _ in count():
            self._connected = False
            try:
                yield from self._one_connection()
            except Unreachable:
                if not self._ever_connected:
                    raise
            except Refused as refused:
                if not self._ever_connected or refused.reply.status not in AWAY_FOR_NOW:
                    raise
            failures = 0 if self._connected else failures + 1
            self._come_back(failures)

    def _one_connection(self) -> Iterator[Sent]:
        what = "follow the events"
        with self._api.events(STREAM, what, params=self._params, after=self.position) as events:
            self._connected = self._ever_connected = True
            for event in events:
                self.position = event.position or self.position
                yield event

    def _come_back(self, failures: int) -> None:
        if failures == 0:
            missed = "" if self.position else "; what happens until then is not shown"
            self._note(f"The connection has ended; coming back{missed} ...")
        pause(min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE))
