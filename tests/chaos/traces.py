"""What a sync worker's tables say in the end, as plain rows."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from syncline_common.db.tx import Database

Rows = list[list[Any]]


@dataclass
class Traces:
    links: Rows  # a's id, b's id, state
    issues: Rows  # cause, hint, state
    conflicts: Rows  # rule, value in a, value in b, winner
    intents: Rows  # marker, state, what was made
    runs: Rows  # id, status
    ended: Rows  # run that an event told the end of


async def read_traces(db: Database, account: UUID) -> Traces:
    link, issue, conflict = db.tables["link"], db.tables["issue"], db.tables["conflict"]
    intent, run, outbox = db.tables["intent"], db.tables["run"], db.tables["outbox"]
    queries = {
        "links": select(link.c.a_id, link.c.b_id, link.c.state).where(link.c.account_id == account),
        "issues": select(issue.c.cause, issue.c.hint, issue.c.state).where(issue.c.account_id == account),
        "conflicts": select(
            conflict.c.rule_id, conflict.c.value_a, conflict.c.value_b, conflict.c.winner
        ).where(conflict.c.account_id == account),
        "intents": select(intent.c.marker, intent.c.state, intent.c.made_id).where(
            intent.c.account_id == account
        ),
        "runs": select(run.c.id, run.c.status).where(run.c.account_id == account),
        "ended": select(outbox.c.body).where(outbox.c.routing_key.in_(ENDED)),
    }
    found: dict[str, Rows] = {}
    async with db.read() as tx:
        for name, query in queries.items():
            found[name] = [[_plain(it) for it in row] for row in await tx.session.execute(query)]
    return Traces(**found)


ENDED = ("sync.run.completed.v1", "sync.run.failed.v1")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | str) and value[:1] in (b"{", "{"):
        return json.loads(value)["data"]["run"]["id"]
    return str(value) if isinstance(value, UUID) else value
