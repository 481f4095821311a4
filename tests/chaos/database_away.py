"""The database goes away: requests are told so, and never that they succeeded; afterwards everything goes on."""

from functools import partial
from time import monotonic

import httpx2
from pydantic import SecretStr

from backing.private_postgres import PrivatePostgres, private_postgres
from chaos.company import Company, company
from chaos.place import TOKEN, Place
from chaos.verdict import Scenario, Verdict, verdict_in
from conftest import bus_of
from syncline_common.ids import new_id
from syncline_common.settings import DatabaseSettings

MODE = "scale-out"
HOWS = ("fast", "immediate", "kill")
ANSWERED_WITHIN = 20.0


async def database_away(how: str, seed: int, seconds: float = 5.0) -> Verdict:
    with verdict_in() as (verdict, folder):
        async with private_postgres(folder / "postgres") as server, bus_of("rabbit") as bus:
            place = Place(folder, DatabaseSettings(database_url=SecretStr(server.url), data_dir=folder), bus)
            async with company(place, MODE, str(seed), pause=0.1) as everybody:
                verdict.broken += await everybody.flowing()
                verdict.faults[how] += 1
                await end(server, how)
                verdict.broken += await _only_refused(everybody, seconds)
                await server.start()
                verdict.broken += await everybody.flowing()
                verdict.broken += await everybody.settle()
                verdict.broken += _only_accepted_or_away(everybody)
                verdict.events = len(everybody.follower.seen)
    return verdict


async def end(server: PrivatePostgres, how: str) -> None:
    if how == "kill":
        await server.kill()
    else:
        await server.stop("fast" if how == "fast" else "immediate")


async def _only_refused(everybody: Company, seconds: float) -> list[str]:
    """One of each kind of request, again and again, as long as the database is away."""
    broken: list[str] = []
    url, began = everybody.members[0].url, monotonic()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=ANSWERED_WITHIN) as http:
        while monotonic() < began + seconds:
            for method, path in _requests():
                broken += _refusal(method, path, await http.request(method, path, json=_body(method)))
        alive, ready = await http.get("/registry/healthz"), await http.get("/registry/readyz")
    if (alive.status_code, ready.status_code) != (200, 503):
        broken.append(f"alive {alive.status_code}, ready {ready.status_code}")
    if everybody.writers.told.latest > began:
        broken.append("a network was acknowledged without a database")
    return broken


def _requests() -> list[tuple[str, str]]:
    networks, some = "/registry/v1/networks", new_id()
    return [
        ("POST", networks),
        ("GET", networks),
        ("GET", f"{networks}/{some}"),
        ("PATCH", f"{networks}/{some}"),
        ("GET", "/connections/v1/parked-events"),
        ("POST", f"/sync/v1/parked-events/{some}/replay"),
        ("GET", "/sync/v1/events/stream"),
    ]


def _body(method: str) -> dict[str, str] | None:
    return {"name": f"never {new_id()}"} if method in ("POST", "PATCH") else None


def _refusal(method: str, path: str, answer: httpx2.Response) -> list[str]:
    kind, wait = answer.headers.get("content-type"), answer.headers.get("retry-after", "")
    if answer.status_code == 503 and kind == "application/problem+json" and wait.isdigit():
        return []
    return [f"{method} {path}: {answer.status_code} {kind}, Retry-After {wait!r}: {answer.text[:120]}"]


def _only_accepted_or_away(everybody: Company) -> list[str]:
    others = set(everybody.writers.told.answers) - {"201", "503", "ConnectError"}
    return [f"other answers than 201 and 503: {others}"] if others else []


SCENARIOS: dict[str, Scenario] = {how: partial(database_away, how) for how in HOWS}
