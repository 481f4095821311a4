"""What people wait for while they connect systems, many of them at once: an address looked up, a page of the list of
1,000 connections, a draft saved. Beside each a bare route of FastAPI and SQLAlchemy with the same answer, on the same database."""

import json
from collections.abc import Sequence

from benchmarks.connecting_server import PATH, Furnished, connecting_server
from benchmarks.crowd import FIGURES, Ask, Request, crowd
from benchmarks.figure import Aim, Line, alternate, column

CLIENTS, READERS, PAGE = 50, 10, 500
AIM = Aim("<", 3, of_ratio=True)


async def measure(quick: bool) -> Sequence[Line]:
    lines = list[Line]()
    for database, name in (("sqlite", "SQLite"), ("postgres", "PostgreSQL")):
        async with connecting_server(database) as served:
            for what, clients, count, ours, bare in _questions(served):
                rounds, asked = (2, count // 4) if quick else (3, count)
                ask = (served.token, clients, max(asked, clients * 4))
                own, peer = await alternate(
                    rounds, crowd(served.ours, *ask, ours), crowd(served.bare, *ask, bare)
                )
                title = f"connecting, {name}, {what}, {clients} clients"
                for at, unit in enumerate(FIGURES):
                    aim = AIM if at else None
                    lines.append(Line(title, unit, column(own, at), column(peer, at), aim))
    return lines


def _questions(served: Furnished) -> list[tuple[str, int, int, Ask, Ask]]:
    known = json.dumps({"network_id": served.network, "url": served.system}).encode()
    drafts = [json.dumps({"configuration": it}).encode() for it in served.drafts]

    def look_up(path: str) -> Ask:
        return lambda client, turn: Request("POST", path, known)

    def listed(path: str) -> Ask:
        return lambda client, turn: Request("GET", f"{path}?limit={PAGE}")

    def save(path: str) -> Ask:
        return lambda client, turn: Request(
            "PUT", path.format(served.connections[client]), drafts[(turn + 1) % 2]
        )

    return [
        ("an address looked up", CLIENTS, 4_000, look_up("/registry/v1/lookup"), look_up("/lookup")),
        (f"{PAGE} of 1,000 connections", READERS, 400, listed(PATH), listed("/connections")),
        ("a draft saved", CLIENTS, 2_000, save(f"{PATH}/{{}}/draft"), save("/drafts/{}")),
    ]
