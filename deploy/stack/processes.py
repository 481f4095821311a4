"""Keeps programs running: starts them, starts them again when they die, stops them in order."""

import asyncio
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

FIRST_REST, LONGEST_REST = 0.5, 10.0  # seconds before a program that died is started again
STABLE_AFTER = 20.0  # seconds; one that lived longer starts with the first rest again


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)  # it holds secrets
    port: int
    stop_with: signal.Signals = signal.SIGTERM


class Child:
    """A program that is kept running until `stop`. It leads its own process group, so Ctrl-C reaches only us."""

    def __init__(self, program: Program, log: Path, changed: Callable[[], None]) -> None:
        self.program, self.log = program, log
        self.pid: int | None = None
        self.restarts = 0
        self._changed = changed
        self._process: Process | None = None
        self._stopping = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._keeping = asyncio.create_task(self._keep(), name=self.program.name)

    async def stop(self, seconds: float) -> None:
        """Returns when it is gone; what drains for longer is killed."""
        if self._keeping is None:
            return
        self._stopping.set()
        self._signal()
        if not (await asyncio.wait([self._keeping], timeout=seconds))[0]:
            say(f"{self.program.name} does not end within {seconds:g} s; killed")
            self.kill()
            await asyncio.wait([self._keeping])

    def kill(self) -> None:
        self._stopping.set()
        if self.pid is not None:
            _kill_group(self.pid)

    async def _keep(self) -> None:
        rest = 0.0
        elapsed = asyncio.get_running_loop().time
        while not self._stopping.is_set():
            started = elapsed()
            code = await self._run_once()
            if self._stopping.is_set():
                return
            stable = elapsed() - started > STABLE_AFTER
            rest = min(rest * 2, LONGEST_REST) if rest and not stable else FIRST_REST
            self.restarts += 1
            say(f"{self.program.name} {_ending(code)}; starting it again in {rest:g} s ({self.log})")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), rest)

    async def _run_once(self) -> int:
        self._process = await _spawn(self.program, self.log)
        self.pid = self._process.pid
        self._changed()
        if self._stopping.is_set():  # asked while it was being started
            self._signal()
        code = await self._process.wait()
        _kill_group(self.pid)  # nginx's workers outlive a killed master, and hold its port
        self.pid = None
        self._changed()
        return code

    def _signal(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(self.program.stop_with)


class Family:
    """Children in stages: started in this order, stopped stage by stage in the reverse one."""

    def __init__(self, stages: Sequence[Sequence[Child]]) -> None:
        self._stages = stages

    @property
    def children(self) -> list[Child]:
        return [child for stage in self._stages for child in stage]

    def start(self) -> None:
        for child in self.children:
            child.start()

    async def stop(self, seconds: float) -> None:
        for stage in reversed(self._stages):
            await asyncio.gather(*(child.stop(seconds) for child in stage))

    def kill(self) -> None:
        for child in self.children:
            child.kill()


class CannotStart(Exception):
    """What is missing, in words for the person at the terminal."""


def say(line: str) -> None:
    print(f"  {line}", flush=True)


def last_lines(log: Path, count: int = 8) -> str:
    lines = log.read_text(errors="replace").splitlines()[-count:] if log.exists() else []
    return "\n".join(f"    {line}" for line in lines)


async def finished(program: Program, log: Path) -> int:
    """Run it to its end and answer its exit code; it ends with us if we are interrupted."""
    process = await _spawn(program, log)
    try:
        return await process.wait()
    finally:
        _kill_group(process.pid)


async def _spawn(program: Program, log: Path) -> Process:
    with log.open("ab") as sink:
        return await asyncio.create_subprocess_exec(
            *_tied_to_us(),
            *program.command,
            env=dict(program.environment),
            stdin=DEVNULL,
            stdout=sink,
            stderr=STDOUT,
            start_new_session=True,
        )


def _tied_to_us() -> Sequence[str]:
    """Where Linux offers it, a program is asked to stop when we are killed and can't ask it ourselves."""
    tie = shutil.which("setpriv")
    return (tie, "--pdeathsig", "TERM", "--") if tie else ()


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"
