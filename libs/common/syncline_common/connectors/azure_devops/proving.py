"""A batch of which some parts failed. The vendor's page says that the others are kept, its people that none is: so we look."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from syncline_common.connectors.azure_devops.client import Boards, Wire
from syncline_common.connectors.azure_devops.records import REV
from syncline_common.connectors.bulk import already_sent

NOT_KEPT: Wire = {"code": 503, "body": ""}  # as of a request that may or may not have been done


async def proven(boards: Boards, answers: Sequence[Wire]) -> list[Wire]:
    """The answers, and in the place of each that is not true that it may not have happened."""
    told = [_written(it) for it in answers]
    claimed = [id for id, _ in filter(None, told)]
    if len(claimed) in (0, len(answers)):
        return list(answers)
    with already_sent():
        found = await boards.items(sorted(set(claimed)), fields=(REV,))
        there = {str(it["id"]): int(it["rev"]) for it in found}
    return [
        it if mine is None or there.get(mine[0], 0) >= mine[1] else NOT_KEPT
        for it, mine in zip(answers, told, strict=True)
    ]


def _written(answer: Wire) -> tuple[str, int] | None:
    """Which record, and in which revision, a part says that it has written."""
    try:
        body: Any = json.loads(answer["body"]) if answer["code"] == 200 else None
        return (str(int(body["id"])), int(body["rev"])) if isinstance(body, Mapping) else None
    except (KeyError, TypeError, ValueError):
        return None
