"""Whether a value may be written into a field, and what becomes of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from syncline_sandbox.azure_devops.accounts import Account
from syncline_sandbox.azure_devops.boards import Boards, Project, iso
from syncline_sandbox.azure_devops.catalogue import FIELDS, TYPES, Field, ItemType
from syncline_sandbox.azure_devops.refusals import bad_status, refuse, rule_broken

ONLY_BYPASSING = frozenset(
    {"System.CreatedBy", "System.CreatedDate", "System.ChangedBy", "System.ChangedDate"}
)


def accepted(boards: Boards, ref: str, value: Any, type: ItemType, *, bypasses: bool) -> Any:
    """As it will be stored. Raises Refused in the words of the rule that it breaks."""
    field = FIELDS[ref]
    if field.read_only and not (bypasses and ref in ONLY_BYPASSING):
        raise bad_status(ref, "ReadOnly")
    if ref not in type.fields:
        raise bad_status(ref, "InvalidNotExistingField")
    if value is None or value == "":
        return None
    if field.is_identity:
        return _person(boards, field, value)
    if field.type in ("integer", "double"):
        return _number(field, value)
    if field.type == "boolean":
        return _boolean(field, value)
    if field.type == "dateTime":
        return _instant(field, value)
    text = str(value)
    if len(text) > field.longest:
        raise rule_broken(field.name, "InvalidTooLong")
    return text


def _person(boards: Boards, field: Field, value: Any) -> str:
    named = value if isinstance(value, Mapping) else {"uniqueName": value}
    given = next((str(named[it]) for it in ("uniqueName", "id", "descriptor") if named.get(it)), "")
    given = given.removeprefix("aad.")
    found: list[Account] = boards.who(given)
    if len(found) != 1:
        why = "an unknown" if not found else "an ambiguous"
        message = f"The identity value '{given}' for field '{field.name}' is {why} identity."
        raise refuse(400, "RuleValidationException", message)
    return found[0].name


def _number(field: Field, value: Any) -> int | float:
    try:
        number = float(value) if not isinstance(value, bool) else None
    except (TypeError, ValueError):
        number = None
    if number is None or not isfinite(number) or (field.type == "integer" and number % 1):
        raise bad_status(field.ref, "InvalidType")
    return int(number) if field.type == "integer" else number


def _boolean(field: Field, value: Any) -> bool:
    given = str(value).lower()
    if given not in ("true", "false"):
        raise bad_status(field.ref, "InvalidType")
    return given == "true"


def _instant(field: Field, value: Any) -> str:
    try:
        at = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        raise bad_status(field.ref, "InvalidType") from None
    return iso(at if at.tzinfo else at.replace(tzinfo=UTC))


def check_rules(boards: Boards, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """What the process demands of the item as it would be."""
    type, project = TYPES[after["System.WorkItemType"]], boards.project(after["System.TeamProject"])
    for ref in type.required:
        if not after.get(ref):
            raise rule_broken(FIELDS[ref].name, "Required, InvalidEmpty")
    states = tuple(it.name for it in type.states)
    for ref, allowed in {**type.choices, "System.State": states}.items():
        value = after.get(ref)
        if value is not None and str(value) not in allowed:
            raise rule_broken(
                FIELDS[ref].name, "HasValues, LimitedToValues, AllowsOldValue, InvalidNotOldValue"
            )
    _check_move(type, before.get("System.State", ""), after["System.State"])
    _check_tree(after["System.AreaPath"], "System.AreaPath", project, project.areas)
    _check_tree(after["System.IterationPath"], "System.IterationPath", project, project.iterations)


def _check_move(type: ItemType, before: str, after: str) -> None:
    if type.moves is None or before == after:
        return
    allowed = type.moves[before] if before in type.moves else (type.states[0].name,)
    if after not in allowed:
        raise rule_broken("State", "HasValues, LimitedToValues, InvalidNotOldValue")


def _check_tree(path: str, ref: str, project: Project, nodes: tuple[str, ...]) -> None:
    if path not in (project.name, *(f"{project.name}\\{it}" for it in nodes)):
        message = f"TF401347: Invalid tree name given for work item, field '{ref}'."
        raise refuse(400, "WorkItemFieldInvalidTreeNameException", message)
