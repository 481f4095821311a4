"""All of Syncline in one process, as `make run` starts it, and ways past the command line."""

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import httpx2

from backing.canaries import CANARY
from connectors.opened import town
from syncline_common.ids import new_id

OPERATOR = f"the-operator-{CANARY}"
PASSWORD = f"correct {CANARY} battery"
WITHIN = 60  # seconds
FIRST = {"SYNCLINE_ADMIN_EMAIL": "first@example.com", "SYNCLINE_ADMIN_PASSWORD": PASSWORD}


@dataclass(frozen=True)
class Person:
    """The administrator of an account of their own."""

    email: str
    account_id: str
    password: str = PASSWORD


@dataclass(frozen=True)
class Running:
    url: str
    folder: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def ask(self, method: str, path: str, token: str = "", body: Any = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with httpx2.Client(trust_env=False, timeout=WITHIN) as http:
            return http.request(method, f"{self.url}{path}", json=body, headers=headers)

    def new_account(self) -> Person:
        email = f"{new_id().hex}@example.com"
        draft = {"name": "Tests", "administrator": {"email": email, "password": PASSWORD}}
        made = self.ask("POST", "/registry/v1/accounts", OPERATOR, draft)
        assert made.status_code == 201, made.text
        return Person(email, made.json()["id"])

    def tokens_of(self, person: Person) -> dict[str, str]:
        body = {"email": person.email, "password": person.password}
        answer = self.ask("POST", "/registry/v1/tokens", "", body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def requests_to(self, route: str, method: str) -> int:
        """How many the registry has answered, by its own figures."""
        wanted = (f'method="{method}"', f'route="{route}"', 'service="registry"', "_count{")
        lines = self.ask("GET", "/registry/metrics").text.splitlines()
        counted = [line for line in lines if all(part in line for part in wanted)]
        return sum(int(float(line.rpartition(" ")[2])) for line in counted)

    def execute(self, service: str, *statements: tuple[str, Sequence[Any]]) -> None:
        """In the service's own database, as nobody should."""
        with closing(sqlite3.connect(self.folder / f"{service}.db", timeout=WITHIN)) as db, db:
            for statement, values in statements:
                db.execute(statement, values)

    def rows(self, service: str, query: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.folder / f"{service}.db", timeout=WITHIN)) as db:
            return list(db.execute(query, values))


@contextmanager
def vendors() -> Iterator[str]:
    """Both simulated vendors, in a thread of their own; the routes to them, as a setting."""
    ready, routes, over = Event(), dict[str, str](), list[Callable[[], object]]()

    async def serve() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        over.append(lambda: loop.call_soon_threadsafe(stop.set))
        async with town() as place:
            routes.update(place.routes)
            ready.set()
            await stop.wait()

    thread = Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(WITHIN)
        yield json.dumps(routes)
    finally:
        for stop in over:
            stop()
        thread.join(WITHIN)


@contextmanager
def running(folder: Path, port: int = 0, routes: str = "{}") -> Iterator[Running]:
    folder.mkdir(exist_ok=True)
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "syncline_embedded"],
            env=_env(folder, port, routes),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout is not None
            it = Running(_url(process.stdout, folder), folder)
            until(lambda: bool(it.rows("registry", "SELECT 1 FROM accounts")))
            yield it
        finally:
            process.terminate()
            process.communicate(timeout=WITHIN)


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(WITHIN * 20):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it has not come about")


def _url(said: IO[str], folder: Path) -> str:
    for line in said:
        if found := re.search(r"Console\s+(http://\S+?)/$", line):
            return found[1]
    raise AssertionError((folder / "log").read_text())


def _env(folder: Path, port: int, routes: str) -> dict[str, str]:
    mine = {"DATA_DIR": str(folder), "PORT": str(port), "OPERATOR_TOKEN": OPERATOR, "RATE_PER_SECOND": "0"}
    mine["ROUTES"] = routes
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SYNCLINE_")}
    path = os.pathsep.join(it for it in sys.path if it)
    ours = {f"SYNCLINE_{name}": value for name, value in mine.items()}
    return {**inherited, **FIRST, **ours, "PYTHONPATH": path, "SYNCLINE_DRAIN_SECONDS": "2"}
