"""What a field takes, in the vendor's own form, and how it is told again."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from syncline_sandbox.jira.adf import is_document
from syncline_sandbox.jira.board import Board, parsed_time
from syncline_sandbox.jira.catalogue import CATEGORIES, FIELDS, STATUSES, Field, Project
from syncline_sandbox.jira.refusals import field_refused, not_settable

LONGEST_LINE, LONGEST_TEXT = 255, 32_767
NOT_A_DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
NOT_A_STRING = "Operation value must be a string"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,3}(Z|[+-]\d{4})")


def accepted(board: Board, id: str, given: Any) -> Any:
    """As it is kept. What can't be is refused by the field's name."""
    known = FIELDS.get(id)
    if known is None or known.set_by != "people":
        raise field_refused(**{id: not_settable(id)})
    if given is None:
        return [] if known.type == "array" else None
    return _TAKES[known.type](board, known, given)


def _line(board: Board, known: Field, given: Any) -> str:
    if not isinstance(given, str):
        raise field_refused(**{known.id: NOT_A_STRING})
    if len(given) > LONGEST_LINE:
        raise field_refused(**{known.id: f"{known.name} can't exceed {LONGEST_LINE} characters."})
    if "\n" in given and known.id == "summary":
        raise field_refused(summary="The summary is invalid because it contains newline characters.")
    return given


def _document(board: Board, known: Field, given: Any) -> Any:
    if not is_document(given):
        raise field_refused(**{known.id: NOT_A_DOCUMENT})
    if len(str(given)) > 4 * LONGEST_TEXT:
        raise field_refused(**{known.id: f"The entered text is too long ({LONGEST_TEXT} characters)."})
    return given if given["content"] else None


def _number(board: Board, known: Field, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise field_refused(**{known.id: "Operation value must be a number"})
    return float(given)


def _date(board: Board, known: Field, given: Any) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except (ValueError, TypeError):
        raise field_refused(**{known.id: "Error parsing date string: " + str(given)}) from None


def _moment(board: Board, known: Field, given: Any) -> str:
    if not isinstance(given, str) or not MOMENT.fullmatch(given):
        raise field_refused(**{known.id: "Operation value must be a datetime: yyyy-MM-dd'T'HH:mm:ss.SSSZ"})
    return parsed_time(given).isoformat()


def _person(board: Board, known: Field, given: Any) -> str:
    id = given.get("accountId", given.get("id")) if isinstance(given, dict) else None
    found = board.person(id)
    if found is None or not found.active:
        raise field_refused(**{known.id: "Specify a valid value for " + known.name.lower()})
    return found.id


def _choice(board: Board, known: Field, given: Any) -> str:
    """By id, or by what it is called: options of custom fields have values, things of the site's have names."""
    told = given if isinstance(given, dict) else {}
    own = "value" if known.custom else "name"
    if "id" in told:
        found = next((name for id, name in known.choices if id == told["id"]), None)
    else:
        found = next((name for _, name in known.choices if name == told.get(own)), None)
    if found is None:
        said = f"Option value '{told.get(own)}' is not valid" if known.custom else f"The {own} is not valid"
        raise field_refused(**{known.id: said})
    return found


def _list(board: Board, known: Field, given: Any) -> list[str]:
    if not isinstance(given, list):
        raise field_refused(**{known.id: "data was not an array"})
    if known.items != "string":
        return [_choice(board, known, it) for it in given]
    for it in given:
        if not isinstance(it, str) or re.search(r"\s", it) or len(it) > LONGEST_LINE:
            raise field_refused(**{known.id: f"The label '{it}' contains spaces which is invalid."})
    return list(dict.fromkeys(it for it in given if it))


_TAKES: Mapping[str, Callable[[Board, Field, Any], Any]] = {
    "string": _line,
    "doc": _document,
    "number": _number,
    "date": _date,
    "datetime": _moment,
    "user": _person,
    "option": _choice,
    "priority": _choice,
    "resolution": _choice,
    "array": _list,
}


def shown(board: Board, id: str, kept: Any, caller: str) -> Any:
    known = FIELDS[id]
    if kept is None:
        return None
    if known.type == "user":
        return who(board, kept)
    if known.type == "datetime":
        return board.told(parsed_time(kept), caller)
    if known.type == "status":
        return status(kept)
    if known.choices:
        return [option(known, it) for it in kept] if known.type == "array" else option(known, kept)
    return kept


def option(known: Field, name: str) -> dict[str, Any]:
    id = next(id for id, it in known.choices if it == name)
    return {"self": f"https://sandbox.atlassian.net/rest/api/3/{known.id}/{id}", "id": id} | (
        {"value": name} if known.custom else {"name": name}
    )


def status(name: str) -> dict[str, Any]:
    found = STATUSES[name]
    id, label = CATEGORIES[found.category]
    return {"id": found.id, "name": name, "statusCategory": {"id": id, "key": found.category, "name": label}}


def who(board: Board, id: str, *, whole: bool = False) -> dict[str, Any]:
    """An address is told only of who wants it told."""
    found = board.account(id)
    told: dict[str, Any] = {
        "accountId": found.id,
        "accountType": found.type,
        "displayName": found.name,
        "active": found.active,
        "timeZone": found.zone,
    }
    return told if found.hides_email and not whole else {**told, "emailAddress": found.email}


def project_of(it: Project) -> dict[str, Any]:
    return {"id": it.id, "key": it.key, "name": it.name, "projectTypeKey": it.kind, "simplified": False}
