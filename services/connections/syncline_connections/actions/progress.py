"""What a build looks like, to those who ask and those who follow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from syncline_common.db.tx import Tx
from syncline_connections.domain.build import STEPS, Build
from syncline_connections.store.build_store import BuildStore

BELL = "build progress"


def shown(build: Build, at: datetime, usual: Mapping[str, float]) -> dict[str, Any]:
    empty = {"message": None, "started_at": None, "finished_at": None}
    steps = [
        {**empty, "group": facts.group, "label": facts.label, **state}
        for facts, state in zip(STEPS, build.steps, strict=True)
    ]
    return {"status": build.status, "seconds_left": build.seconds_left(at, usual), "steps": steps}


async def note(tx: Tx, build: Build) -> None:
    """For those who follow it."""
    store = BuildStore(tx, build.account_id)
    await store.note(build, shown(build, await tx.now(), await store.usual()))
    tx.ring(BELL)
