"""What keeps the audit log from being changed by mistake, in the database itself: first DDL, frozen."""

from collections.abc import Iterator
from typing import Any

CONTENT = (
    '"seq", "account_id", "id", "at", "actor_kind", "actor_id", "actor_name", "action", "noun", "noun_id",'
    ' "network_id", "before", "after", "trace_id"'
)
SEAL = '"position", "previous_hash", "hash"'
WHY = "the audit log is only ever added to"

GUARDS = (  # name, what is refused, where, and only if
    ("audit_content_stays", f"UPDATE OF {CONTENT}", "audit", ""),
    ("audit_seal_stays", f"UPDATE OF {SEAL}", "audit", "OLD.hash IS NOT NULL"),
    ("audit_rows_stay", "DELETE", "audit", ""),
    ("audit_head_goes_on", "UPDATE", "audit_head", "NEW.position < OLD.position"),
    ("audit_head_stays", "DELETE", "audit_head", ""),
)


def create_audit_triggers(op: Any) -> None:
    """Whoever owns the tables can drop them; what was changed then is found by `verify`."""
    on_postgres = op.get_bind().dialect.name == "postgresql"
    for statement in _on_postgres() if on_postgres else _on_sqlite():
        op.execute(statement)


def _on_postgres() -> Iterator[str]:
    yield (
        "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    refuse = "EXECUTE FUNCTION audit_refuses()"
    for name, when, table, only_if in GUARDS:
        condition = f"WHEN ({only_if}) " if only_if else ""
        yield f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW {condition}{refuse}"
    for table in ("audit", "audit_head"):
        yield f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"


def _on_sqlite() -> Iterator[str]:
    for name, when, table, only_if in GUARDS:
        condition = f"WHEN {only_if} " if only_if else ""
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        yield f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW {condition}{refuse}"
