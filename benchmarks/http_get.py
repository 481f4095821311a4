"""Authenticated reads over keep-alive connections, beside a bare FastAPI route that answers with the same JSON."""

import asyncio
import re
import shutil
import sys
from collections.abc import Sequence

from benchmarks.figure import Line, Measure, alternate, column
from benchmarks.http_server import Served, http_server

CLIENTS = (16, 50)
FIGURES = ("requests/s", "p50 ms", "p99 ms")
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


async def measure(quick: bool) -> Sequence[Line]:
    if shutil.which("wrk") is None:
        print("http_get is left out: it needs wrk (apt-get install wrk)", file=sys.stderr)
        return []
    rounds, seconds = (2, 2) if quick else (3, 5)
    lines = []
    for database, name in (("sqlite", "SQLite"), ("postgres", "PostgreSQL")):
        async with http_server(database) as served:
            for clients in CLIENTS:
                lines += await _measured(served, name, clients, rounds, seconds)
    return lines


async def _measured(served: Served, name: str, clients: int, rounds: int, seconds: int) -> list[Line]:
    lines = []
    pairs = {"one network": (served.one, served.bare_one), "list of 50": (served.fifty, served.bare_fifty)}
    for what, (ours, bare) in pairs.items():
        own, peer = await alternate(
            rounds, load(ours, clients, seconds, served.token), load(bare, clients, seconds, served.token)
        )
        title = f"http get, {name}, {what}, {clients} clients"
        lines += [Line(title, unit, column(own, at), column(peer, at)) for at, unit in enumerate(FIGURES)]
    return lines


def load(url: str, clients: int, seconds: int, token: str) -> Measure:
    async def run() -> Sequence[float]:
        caller = f"-HAuthorization: Bearer {token}"
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency", caller, url]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        said = (await process.communicate())[0].decode()
        return figures_in(said)

    return run


def figures_in(said: str) -> list[float]:
    """As wrk prints them; an answer that is an error makes the whole run void."""
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if rate is None:
        raise RuntimeError(said)
    return [float(rate[1]), _percentile(said, 50), _percentile(said, 99)]


def _percentile(said: str, which: int) -> float:
    found = re.search(rf"^\s*{which}%\s+([\d.]+)(us|ms|s|m)\s*$", said, re.MULTILINE)
    if found is None:
        raise RuntimeError(said)
    return float(found[1]) * MILLISECONDS[found[2]]
