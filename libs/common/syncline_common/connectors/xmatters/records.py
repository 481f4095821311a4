"""xMatters' wire format to ours and back. Pure. What is empty is left out there; lists are read as pages and sent as lists."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from syncline_common.connectors.times import EPOCH, instant
from syncline_common.connectors.xmatters.columns import ID, KEY, PROPERTY, Column, Shape
from syncline_common.errors import RecordRejected
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import FieldType, Value, Values
from syncline_common.sdk.ports import Person

Wire = Mapping[str, Any]
CREATED, UPDATED = ("whenCreated", "created"), "whenUpdated"
LONGEST_DIGEST = 24


def to_record(row: Wire, stream: str, shape: Shape, now: datetime, properties: Iterable[str] = ()) -> Record:
    """`properties`: custom fields that there are, so that one without a value is known to be empty.

    What does not say when it was changed was so at `now` at the latest.
    """
    told = content(row, shape)
    empty = dict.fromkeys((*shape.by_name, *(f"{PROPERTY}{it}" for it in properties)))
    created = next((row[it] for it in CREATED if row.get(it)), None)
    return Record(
        ref=RecordRef(stream, row[ID]),
        values={**empty, **told},
        version=version(row, shape),
        changed_at=changed_at(row) or now,
        created_at=instant(created) if created else EPOCH,
        marker=row.get(KEY) or None,
    )


def changed_at(row: Wire) -> datetime | None:
    return instant(row[UPDATED]) if row.get(UPDATED) else None


def version(row: Wire, shape: Shape) -> str:
    """Of what it holds: there is no count of edits, and groups and devices have no time either."""
    told = json.dumps([row.get(KEY), content(row, shape)], sort_keys=True, ensure_ascii=False)
    return sha256(told.encode()).hexdigest()[:LONGEST_DIGEST]


def content(row: Wire, shape: Shape) -> dict[str, Value]:
    """What is not empty."""
    told = {name: to_value(row.get(name), it) for name, it in shape.by_name.items()}
    own = row.get("properties") or {}
    told |= {f"{PROPERTY}{name}": it for name, it in own.items()}
    return {name: it for name, it in told.items() if it not in (None, "", [])}


def to_value(told: Any, column: Column) -> Value:
    if column.type is FieldType.LIST:
        items = told.get("data") if isinstance(told, Mapping) else told
        return sorted(_key(it, column) for it in items or ())
    if isinstance(told, Mapping):
        return told.get(ID)
    return told


def to_body(values: Values, shape: Shape) -> dict[str, Any]:
    """What it has no field for would be passed over without a word, so it is refused here. None empties."""
    columns, own = shape.by_name, dict[str, Any]()
    body = dict[str, Any]()
    for name, value in values.items():
        if name.startswith(PROPERTY) and "roles" in columns:
            own[name.removeprefix(PROPERTY)] = "" if value is None else value
        else:
            body[name] = _sent(value, _writable(name, columns), shape)
    return {**body, **({"properties": own} if own else {})}


def to_person(row: Wire) -> Person:
    devices = (row.get("devices") or {}).get("data") or ()
    mail = next((it["emailAddress"] for it in devices if it.get("emailAddress")), None)
    name = f"{row.get('firstName') or ''} {row.get('lastName') or ''}".strip()
    login = row.get("webLogin") or row.get("targetName")
    return Person(row[ID], name or str(login), mail, login, row.get("status") != "INACTIVE")


def property_names(rows: Iterable[Wire]) -> list[str]:
    return sorted({name for it in rows for name in it.get("properties") or {}})


def _writable(name: str, columns: Mapping[str, Column]) -> Column:
    column = columns.get(name)
    if column is None:
        raise RecordRejected(f"There is no field {name}")
    if not column.writable:
        raise RecordRejected(f"{column.label} can't be written")
    return column


def _sent(value: Value, column: Column, shape: Shape) -> Any:
    if value is None or value == []:
        if not column.nullable:
            raise RecordRejected(f"{column.label} can't be emptied")
        return [] if column.type is FieldType.LIST else ""
    if column.type is not FieldType.LIST:
        return value
    items = [str(it) for it in (value if isinstance(value, list) else [value])]
    refers = shape.references and column.name == "supervisors"
    return [{ID: it} for it in items] if refers else items


def _key(item: Any, column: Column) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    return str(item["name"] if column.name == "roles" else item[ID])
