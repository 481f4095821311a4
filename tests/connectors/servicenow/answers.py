"""What ServiceNow answers, by the vendor's reference."""

from datetime import UTC, datetime
from typing import Any

from connectors.standin import StandIn, Told
from syncline_common.schemas.records import Record, RecordRef

MARKER = "sl-abcdefghij234567abcd"
ONE, TWO = "9d385017c611228701d22104cc95c371", "e8caedcbc0a80164017df472f39eaed1"
INCIDENTS, DICTIONARY, TREE = (
    f"GET /api/now/table/{it}" for it in ("incident", "sys_dictionary", "sys_db_object")
)
OVERRIDES = "GET /api/now/table/sys_dictionary_override"
USERS, ROLES, JOURNAL = (
    f"GET /api/now/table/{it}" for it in ("sys_user", "sys_user_has_role", "sys_journal_field")
)
PATCH = f"PATCH /api/now/table/incident/{ONE}"
SINCE = datetime(2026, 7, 14, 0, 28, 44, 500, tzinfo=UTC)
RAW = {"sysparm_display_value": "false", "sysparm_exclude_reference_link": "true"}


def rows(*found: dict[str, str], total: int | None = None) -> Told:
    count = len(found) if total is None else total
    return Told({"result": list(found)}, headers={"x-total-count": str(count)})


def row(id: str = ONE, mod: int = 2, at: str = "2026-07-14 00:28:44", **columns: str) -> dict[str, str]:
    fixed = {
        "sys_id": id,
        "sys_mod_count": str(mod),
        "sys_updated_on": at,
        "sys_created_on": "2026-07-14 00:00:00",
    }
    return {**fixed, "correlation_id": "", **columns}


COLUMNS = rows(
    {"element": "short_description", "internal_type": "string", "name": "task"},
    {"element": "state", "internal_type": "integer", "choice": "1", "name": "task", "column_label": "State"},
    {"element": "state", "internal_type": "integer", "choice": "1", "name": "incident", "mandatory": "true"},
    {"element": "active", "internal_type": "boolean", "name": "task"},
    {"element": "opened_at", "internal_type": "glide_date_time", "name": "task"},
    {"element": "assigned_to", "internal_type": "reference", "reference": "sys_user", "name": "task"},
    {"element": "comments", "internal_type": "journal_input", "name": "task"},
)
FAMILY = rows({"name": "incident", "super_class.name": "task", "super_class.super_class.name": ""})


def world(**answers: Any) -> StandIn:
    """With a dictionary."""
    named = {
        INCIDENTS if name == "incidents" else PATCH if name == "patch" else name: it
        for name, it in answers.items()
    }
    return StandIn({TREE: FAMILY, DICTIONARY: COLUMNS, OVERRIDES: rows(), **named})


def seen(version: str = "2", **values: Any) -> Record:
    at = datetime(2026, 7, 14, tzinfo=UTC)
    return Record(RecordRef("incident", ONE), values, version, at, at)
