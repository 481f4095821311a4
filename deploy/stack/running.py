"""The course of `make stack`: migrate, start, wait until it is ready, say so, drain."""

import argparse
import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path

import httpx2
from deploy.stack import ground, layout
from deploy.stack.interrupting import Stopped, listen_to_signals, unless
from deploy.stack.nginx import find_nginx, proxy
from deploy.stack.processes import CannotStart, Child, Family, finished, last_lines, say

from syncline_common.runtime.access import FIRST_EMAIL, PASSWORD_FILE

READY_SECONDS = 120
GIVE_UP_AFTER = 3  # restarts of one process before it was ever ready


@dataclass(frozen=True, slots=True)
class Wanted:
    workers: int
    port: int
    folder: Path
    nginx: str | None


class Stack:
    """All processes of one run, and the state file that shows them."""

    def __init__(self, wanted: Wanted, ports: layout.Ports) -> None:
        self.folder, self.ports = wanted.folder, ports
        self._state = wanted.folder / "state.json"
        self.family = Family([])

    def take(self, nginx: str, told: dict[str, str]) -> None:
        upstreams = {**self.ports.apis, "console": self.ports.console}
        stages = (
            layout.apis(self.ports, told),
            layout.console_and_workers(self.ports, told),
            [proxy(nginx, self.folder / "nginx", self.ports.proxy, upstreams)],
        )
        self.family = Family(
            [[Child(it, self.log(it.name), self._write) for it in programs] for programs in stages]
        )

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    async def until_ready(self) -> None:
        """All services, by way of the proxy, and each worker."""
        workers = (f"http://{layout.LOOPBACK}:{port}/sync/readyz" for port in self.ports.workers)
        asked = [f"{self.ports.base_url}/readyz", *workers]
        deadline = asyncio.get_running_loop().time() + READY_SECONDS
        async with httpx2.AsyncClient(trust_env=False) as http:
            while asked := [url for url in asked if not await _is_ready(http, url)]:
                for child in self.family.children:
                    if child.restarts >= GIVE_UP_AFTER:
                        raise CannotStart(f"{child.program.name} does not start:\n{last_lines(child.log)}")
                if asyncio.get_running_loop().time() > deadline:
                    raise CannotStart(f"Not ready after {READY_SECONDS} s: {asked[0]}; see {self.log('*')}")
                await asyncio.sleep(0.2)

    def kill(self) -> None:
        self.family.kill()

    def forget(self) -> None:
        self._state.unlink(missing_ok=True)

    def _write(self) -> None:
        """Replaced as a whole, so a reader never sees half of it."""
        processes = [
            {"name": it.program.name, "pid": it.pid, "port": it.program.port, "restarts": it.restarts}
            for it in self.family.children
        ]
        facts = {
            "base_url": self.ports.base_url,
            "pid": os.getpid(),
            "processes": processes,
        }
        fresh = self._state.with_suffix(".new")
        fresh.write_text(json.dumps(facts, indent=2) + "\n")
        fresh.replace(self._state)

    def greet(self) -> None:
        email = os.environ.get("SYNCLINE_ADMIN_EMAIL") or FIRST_EMAIL
        kept = self.folder / PASSWORD_FILE
        password = "as it was set" if os.environ.get("SYNCLINE_ADMIN_PASSWORD") else f"in {kept}"
        print(
            f"\n  Syncline is running, scaled out.\n\n"
            f"  Base URL      {self.ports.base_url}/\n"
            f"  Sign in as    {email}\n"
            f"  Password      {password}\n"
            f"  Logs          {self.folder / 'log'}/<name>.log\n"
            f"  Processes     {self._state}\n"
        )
        for it in self.family.children:
            print(f"    {it.program.name:<16} process {it.pid or '-':<8} port {it.program.port}")
        print("\n  Stop          Ctrl-C\n", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make stack", description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="headless workers (2)")
    port = int(os.environ.get("SYNCLINE_PORT") or 8080)
    parser.add_argument("--port", type=int, default=port, help="of the base URL; 0 takes a free one (8080)")
    parser.add_argument("--dir", type=Path, default=Path("data/stack"), help="logs, state, keys (data/stack)")
    parser.add_argument("--nginx", help="the program, if it is not on the PATH")
    given = parser.parse_args()
    wanted = Wanted(max(0, given.workers), given.port, given.dir.absolute(), given.nginx)
    try:
        with ground.locked(wanted.folder):
            asyncio.run(run(wanted))
    except CannotStart as missing:
        say(str(missing))
        return 1
    return 0


async def run(wanted: Wanted) -> None:
    asked = asyncio.Event()
    nginx = find_nginx(wanted.nginx, wanted.folder / "debian")
    stack = Stack(wanted, layout.choose_ports(wanted.port, wanted.workers))
    listen_to_signals(asked, in_a_hurry=stack.kill)
    try:
        await unless(asked, _start(stack, nginx))
        await unless(asked, stack.until_ready())
        stack.greet()
        await asked.wait()
    except Stopped:
        pass
    finally:
        await _drain(stack)


async def _start(stack: Stack, nginx: str) -> None:
    database = await ground.database_url()
    told = layout.environment(stack.ports, stack.folder.resolve(), database=database, bus=ground.bus_url())
    log = stack.log("migrate")
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    say("migrating tables and queues")
    if await finished(layout.migration(told), log):
        raise CannotStart(f"The migration failed:\n{last_lines(log)}")
    stack.take(nginx, told)
    say(f"starting {len(stack.family.children)} processes")
    stack.family.start()


async def _drain(stack: Stack) -> None:
    if not stack.family.children:
        return
    say("stopping")
    seconds = float(os.environ.get("SYNCLINE_DRAIN_SECONDS") or 20) + 5
    await stack.family.stop(seconds)
    stack.forget()
    say("everything has stopped")


async def _is_ready(http: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url, timeout=8)).status_code == httpx2.codes.OK
    except httpx2.HTTPError:
        return False
