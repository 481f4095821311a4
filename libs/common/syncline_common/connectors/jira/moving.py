"""A status is reached by a transition of the workflow alone, and its screen may demand fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncline_common.connectors.jira.fields import Fields, to_wire
from syncline_common.connectors.jira.site import Wire
from syncline_common.errors import RecordRejected
from syncline_common.schemas.values import Values

NO_WAY = "No transition leads from here to {}; there are: {}"
DEMANDED = "The transition {} demands fields: {}"
NO_END = "No transition leads from here to a status that counts as done"
NO_CLAIM = "Done"  # a resolution that says nothing untrue


@dataclass(frozen=True, slots=True)
class Move:
    id: str
    to: str
    fields: Mapping[str, Any]  # of its screen, in the vendor's form


def to_status(transitions: Sequence[Wire], status: str, values: Values, fields: Fields) -> Move:
    """RecordRejected if there is none. Of `values`, what is on its screen goes with it."""
    found = [it for it in transitions if it["to"]["name"] == status and it.get("isAvailable") is not False]
    if not found:
        there = ", ".join(sorted({it["to"]["name"] for it in transitions})) or "none"
        raise RecordRejected(NO_WAY.format(status, there))
    return _first(found, values, fields)


def to_end(transitions: Sequence[Wire], fields: Fields) -> Move:
    found = [it for it in transitions if (it["to"].get("statusCategory") or {}).get("key") == "done"]
    if not found:
        raise RecordRejected(NO_END)
    return _first(found, {}, fields)


def _first(found: Sequence[Wire], values: Values, fields: Fields) -> Move:
    """The one that demands the least."""
    [best, *_] = sorted(found, key=lambda it: len(_demanded(it, values)))
    if missing := _demanded(best, values):
        raise RecordRejected(DEMANDED.format(best["name"], ", ".join(missing)))
    screen = best.get("fields") or {}
    given = to_wire({id: it for id, it in values.items() if id in screen}, fields)
    return Move(str(best["id"]), best["to"]["name"], {**_resolved(screen, given), **given})


def _demanded(transition: Wire, values: Values) -> list[str]:
    screen = transition.get("fields") or {}
    needed = [id for id, it in screen.items() if it.get("required") and not it.get("hasDefaultValue")]
    given = {*values, *_resolved(screen, {})}
    return [str(screen[id].get("name") or id) for id in needed if id not in given]


def _resolved(screen: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    told = screen.get("resolution") or {}
    allowed = [it.get("name") for it in told.get("allowedValues") or []]
    wanted = told.get("required") and "resolution" not in given and NO_CLAIM in allowed
    return {"resolution": {"name": NO_CLAIM}} if wanted else {}
