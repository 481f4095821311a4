"""Lets a history happen: trackers, workers and users under one simulated clock."""

import asyncio
import gc
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from simulation.cabinet import BEGINNING
from simulation.configurations import document
from simulation.database import FORGET_STUCK_AFTER, SERVER, Server, lasting_server
from simulation.faults import CALM
from simulation.history import History
from simulation.lived import Lived
from simulation.loop import SimulatedLoop
from simulation.process import Process, outside
from simulation.subject import Place, Subject, TrackerSystems
from simulation.tracker import Tracker
from simulation.users import perform
from simulation.vendors import alder, birch
from syncline_common.schemas.values import Side

QUIET_CYCLES = 3  # without a write, after which all is said
LONGEST_QUIET = 300.0  # seconds: leases, settle times, back-off and breaker included
HOOKS_WITHIN = 12.0
COLLECT_EVERY = 10  # histories: looking for garbage takes as long as a tenth of one
LIVED = count(1)


@dataclass(frozen=True, slots=True)
class LoopClock:
    loop: SimulatedLoop

    def now(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.loop.time())


class World:
    """Built inside the running loop."""

    def __init__(
        self, history: History, subject: Subject, loop: SimulatedLoop, server: Server | None
    ) -> None:
        self.history, self.subject, self._loop, self._server = history, subject, loop, server
        vendors = {Side.A: alder(history.facts_a), Side.B: birch(history.facts_b)}
        self.trackers = {side: Tracker(vendor, self.random(f"{side}")) for side, vendor in vendors.items()}
        self.processes: list[Process] = []
        self._workers: dict[int, Process] = {}
        self.lived = Lived(history, self.trackers)
        self._paused_at: float | None = None
        self._hooks = self.random("hooks")
        self._hints: set[asyncio.Task[None]] = set()

    def random(self, name: str) -> Random:
        return Random(f"{self.history.seed} {name}")

    async def live(self, settled: Callable[[Lived], bool]) -> Lived:
        for side, tracker in self.trackers.items():
            tracker.tell = partial(self._send_hooks, side)
        systems = TrackerSystems(self.trackers)
        streams = {side: it.vendor.stream for side, it in self.trackers.items()}
        place = Place(LoopClock(self._loop), self._loop.time, systems, streams, self.random)
        await self.subject.prepare(place)
        await self.publish(1)
        for number in range(self.history.workers):
            self.start(number)
        for step in self.history.steps:
            await asyncio.sleep(step.at - self._loop.time())
            await perform(step, self)
        await asyncio.sleep(self.history.lasts - self._loop.time())
        await self._quiet(settled)
        return self.lived

    async def publish(self, version: int) -> None:
        await self.subject.publish(version, document(self.history.versions[version - 1], version))
        self.lived.published.append((self._loop.time(), version))

    async def pause(self) -> None:
        if self._paused_at is None:
            await self.subject.pause()
            self._paused_at = self._loop.time()

    async def resume(self) -> None:
        if self._paused_at is not None:
            self.lived.paused.append((self._paused_at, self._loop.time()))
            self._paused_at = None
            if self.lived.removed_at is None:
                await self.subject.resume()

    async def remove(self) -> None:
        if self.lived.removed_at is None:
            await self.subject.remove()
            self.lived.removed_at = self._loop.time()

    async def restore(self, side: Side) -> None:
        if not self.trackers[side].credential_works:
            self.trackers[side].credential_works = True
            self.trackers[side].credential += 1
            await self.subject.restored(side)

    def worker(self, number: int) -> Process | None:
        """None if it is dead, or was never there."""
        found = self._workers.get(number)
        return found if found is not None and found.alive else None

    def start(self, number: int) -> None:
        if number < self.history.workers and self.worker(number) is None:
            process = Process(f"w{number}.{len(self.processes)}", self._loop, self._connections_end)
            self.processes.append(process)
            self._workers[number] = process
            process.run(self.subject.worker(process.name)).add_done_callback(self._worker_ended)

    def freeze(self, process: Process, seconds: float) -> None:
        process.freeze()
        self._loop.call_later(seconds, self._thaw, process, context=outside())
        if self._server is not None:
            self._loop.call_later(FORGET_STUCK_AFTER, self._server.forget_stuck, process, context=outside())

    def _thaw(self, process: Process) -> None:
        if process.thaw():
            self._loop.give_back(process)

    def end(self) -> None:
        for process in self.processes:
            self.lived.strikes[process.name] = list(process.struck_at)
            if not process.alive:
                self.lived.died[process.name] = process.struck_at[-1]
            process.kill()
        self.lived.faults += [repr(it) for it in self._loop.failures]
        self.lived.turns, self.lived.ended_at = self._loop.turns, self._loop.time()
        self.lived.transactions = self._server.commits if self._server else 0

    async def _quiet(self, settled: Callable[[Lived], bool]) -> None:
        """Users have stopped, nothing goes wrong any more, everybody is there."""
        for side, tracker in self.trackers.items():
            tracker.rates = CALM
            await self.restore(side)
        await self.resume()
        for process in self.processes:
            process.spare()
            self._thaw(process)
        for number in range(self.history.workers):
            self.start(number)
        self.lived.quiet_at = self._loop.time()
        cycle = float(self.history.versions[-1].every)
        while self._loop.time() < self.lived.quiet_at + LONGEST_QUIET:
            await asyncio.sleep(cycle)
            since = max(self.lived.quiet_at, self.lived.last_write())
            if self._loop.time() >= since + QUIET_CYCLES * cycle:
                self.lived.remembered = await self.subject.remembered()
                self.lived.ended_at = self._loop.time()  # what is under way is, until now
                if settled(self.lived):
                    break
        self.lived.remembered = await self.subject.remembered()

    def _connections_end(self, process: Process) -> None:
        if self._server is not None:
            self._server.forget(process)

    def _worker_ended(self, task: asyncio.Task[None]) -> None:
        self.lived.faults.append(f"a worker ended by itself: {task.exception()!r}")

    def _send_hooks(self, side: Side, id: str) -> None:
        random, facts = self._hooks, self.history.facts(side)
        for _ in range(random.choice([1, 1, 1, 2])):
            if random.random() >= facts.lost_hooks:
                delay = random.choice([0.1, random.uniform(0, HOOKS_WITHIN)])
                self._loop.call_later(delay, self._deliver, side, id)

    def _deliver(self, side: Side, id: str) -> None:
        task = asyncio.ensure_future(self.subject.hint(side, id))
        self._hints.add(task)
        task.add_done_callback(self._hints.discard)


def live(history: History, subject: Subject, settled: Callable[[Lived], bool] = lambda _: True) -> Lived:
    loop = SimulatedLoop(Random(f"{history.seed} order"))
    server = lasting_server(subject.metadata) if subject.metadata is not None else None
    token = SERVER.set(server)
    world = World(history, subject, loop, server)
    gc.disable()  # what the dead have left may call back when it is found, and that would be at any time
    try:
        loop.run_until_complete(world.live(settled))
    except Exception as exc:
        world.lived.faults.append("".join(traceback.format_exception(exc)))
    finally:
        SERVER.reset(token)
        world.end()
        if server is not None:
            server.empty()
        loop.bury(world.processes)
        gc.enable()
        if next(LIVED) % COLLECT_EVERY == 0:
            gc.collect()
    return world.lived
