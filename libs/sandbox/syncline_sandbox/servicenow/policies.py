"""What the instance does with a write by itself: numbers, computed priority, data policies, the model of states."""

from collections.abc import Mapping

from syncline_sandbox.servicenow.dictionary import TABLES, columns_of, is_task
from syncline_sandbox.servicenow.refusals import stopped

CHANGE_LINE = ("-5", "-4", "-3", "-2", "-1", "0", "3")
FINAL = {"incident": ("7", "8"), "change_request": ("3", "4")}
DEMANDED = {  # by a data policy, which holds on every way in: table, state (or any), columns
    ("incident", "3"): ("hold_reason",),
    ("incident", "6"): ("close_code", "close_notes"),
    ("incident", "7"): ("close_code", "close_notes"),
    ("u_vendor_case", ""): ("u_vendor",),
}


def defaults(table: str, number: int, now: str) -> dict[str, str]:
    values = {it.name: it.default for it in columns_of(table).values() if it.default}
    if is_task(table):
        values |= {"sys_class_name": table, "opened_at": now}
        values["number"] = f"{TABLES[table].prefix or 'TASK'}{10_000 + number:07d}"
    return values


def settled(table: str, before: Mapping[str, str], after: dict[str, str], now: str) -> dict[str, str]:
    """`after` with what rules make of it. Raises Refused if one of them stops the write."""
    if table == "change_request":
        _check_move(before.get("state", ""), after["state"])
    _check_policies(table, after)
    if table == "incident":
        after["priority"] = _priority(after)
    if table in FINAL:
        is_final = after["state"] in FINAL[table]
        after["active"] = "false" if is_final else "true"
        after["closed_at"] = (after.get("closed_at") or now) if is_final else ""
    return after


def _priority(values: Mapping[str, str]) -> str:
    """Computed from impact and urgency, whatever was written."""
    try:
        return str(int(values["impact"]) + int(values["urgency"]) - 1)
    except ValueError:
        return values["priority"]


def _check_move(before: str, after: str) -> None:
    if not before or before == after:
        return
    if after == "4" and before not in ("3", "4"):
        return
    step = CHANGE_LINE.index(before) + 1 if before in CHANGE_LINE[:-1] else None
    if step is None or after != CHANGE_LINE[step]:
        raise stopped(f"Transition from state {before} to {after} is not allowed by the state model")


def _check_policies(table: str, after: Mapping[str, str]) -> None:
    columns = columns_of(table)
    for state in ("", after.get("state", "")):
        missing = [it for it in DEMANDED.get((table, state), ()) if not after.get(it)]
        if missing:
            names = ", ".join(columns[it].label for it in missing)
            raise stopped(f"Data Policy Exception: The following fields are mandatory: {names}")
