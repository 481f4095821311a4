"""What a ticket may hold: what is sent is checked, completed and tied to its tags as the vendor does it."""

import re
from collections.abc import Mapping
from typing import Any

from syncline_sandbox.zendesk.desk import Desk
from syncline_sandbox.zendesk.fields import (
    BRANDS,
    CUSTOM,
    CUSTOM_STATUSES,
    DEFAULT_GROUP,
    GROUPS,
    ORGANIZATIONS,
    PRIORITIES,
    STATUSES,
    TYPES,
    WITH_TAGS,
    TicketField,
    default_status,
)
from syncline_sandbox.zendesk.people import STAFF
from syncline_sandbox.zendesk.refusals import bad_attribute, closed, invalid

Values = dict[str, Any]
WRITABLE = (
    *("subject", "type", "priority", "status", "custom_status_id", "requester_id", "assignee_id", "group_id"),
    *("organization_id", "external_id", "problem_id", "due_at", "tags", "custom_fields", "brand_id"),
    *("ticket_form_id", "collaborator_ids", "follower_ids", "email_cc_ids"),
)
ON_CREATE = ("submitter_id", "recipient")
BESIDE = ("comment", "safe_update", "updated_stamp", "metadata", "requester", "via_followup_source_id", "id")
WARNING = "Removed restricted keys [{keys}] from parameters according to whitelist"
ONE_OF: Mapping[str, tuple[str, ...]] = {"status": STATUSES, "priority": PRIORITIES, "type": TYPES}
KNOWN: Mapping[str, Mapping[int, object]] = {
    "group_id": GROUPS,
    "brand_id": BRANDS,
    "organization_id": ORGANIZATIONS,
    "custom_status_id": CUSTOM_STATUSES,
}
SHAPES = {"integer": r"-?\d+", "decimal": r"-?\d+(\.\d+)?", "date": r"\d{4}-\d\d-\d\d"}


def allowed(given: Mapping[str, Any], *, creates: bool) -> tuple[Values, dict[str, str]]:
    """What is taken of it; the rest is dropped, with a header that says so."""
    taken = (*WRITABLE, *(ON_CREATE if creates else ()))
    dropped = [it for it in given if it not in (*taken, *BESIDE) and not (creates and it == "description")]
    keys = ", ".join(f'"{it}"' for it in dropped)
    warning = {"X-Zendesk-API-Warn": WARNING.format(keys=keys)} if dropped else {}
    return {name: it for name, it in given.items() if name in taken}, warning


def settled(desk: Desk, before: Values, given: Values, by: int) -> Values:
    """What a ticket holds once `given` is written into it."""
    if before.get("status") == "closed":
        raise closed()
    after = {**before, **{name: it for name, it in given.items() if name not in ("custom_fields", "tags")}}
    _check_choices(after, given)
    _check_people(desk, given)
    after["custom_fields"], after["tags"] = _fields_and_tags(before, given)
    _settle_status(before, given, after, by)
    if given.get("problem_id") is not None:
        _check_problem(desk, after)
    if "type" in given and after["type"] != "incident":
        after["problem_id"] = None
    if after.get("assignee_id") and not after.get("group_id"):
        after["group_id"] = DEFAULT_GROUP
    return after


def _check_choices(after: Values, given: Values) -> None:
    for name, known in ONE_OF.items():
        if given.get(name) is not None and given[name] not in known:
            raise invalid(
                name, f"{name.capitalize()}: {given[name]} is not included in the list", "InvalidValue"
            )
    for name, there in KNOWN.items():
        if given.get(name) is not None and given[name] not in there:
            raise invalid(name.removesuffix("_id"), f"{name}: {given[name]} is invalid", "InvalidValue")
    if "tags" in given and not isinstance(given["tags"], list):
        raise bad_attribute("tags", "must be an array")
    if not str(after.get("subject") or "").strip() and "subject" in given:
        raise invalid("subject", "Subject: cannot be blank", "BlankValue")


def _check_people(desk: Desk, given: Values) -> None:
    for name in ("requester_id", "assignee_id"):
        if given.get(name) is None:
            if name == "requester_id" and name in given:
                raise invalid("requester", "Requester: cannot be blank", "BlankValue")
            continue
        user = desk.user_of(given[name])
        if user is None or (name == "assignee_id" and (user.role not in STAFF or user.suspended)):
            word = name.removesuffix("_id")
            raise invalid(word, f"{word.capitalize()} is not an active agent", "InvalidValue")


def _fields_and_tags(before: Values, given: Values) -> tuple[dict[int, Any], list[str]]:
    """A drop-down's value is a tag as well: who writes the one changes the other."""
    fields, tags = dict(before.get("custom_fields", {})), list(before.get("tags", []))
    if "tags" in given:
        tags = sorted({re.sub(r"\s+", "_", str(it).lower()) for it in given["tags"]})
        for it in WITH_TAGS:
            chosen = [tag for tag in tags if tag in (it.options or {})]
            fields[it.id] = chosen if it.type == "multiselect" else (chosen[0] if chosen else None)
    for id, value in _posted_fields(given.get("custom_fields")).items():
        known = CUSTOM.get(id)
        if known is None or not known.active:  # passed over without a word
            continue
        fields[id] = _checked(known, value)
        if known.options:
            chosen = fields[id] if isinstance(fields[id], list) else [fields[id]]
            tags = sorted({*(it for it in tags if it not in known.options), *(it for it in chosen if it)})
    return fields, tags


def _posted_fields(given: Any) -> dict[int, Any]:
    if isinstance(given, dict):
        return {int(id): value for id, value in given.items()}
    return {int(it["id"]): it.get("value") for it in given or ()}


def _checked(known: TicketField, value: Any) -> Any:
    if known.type == "checkbox":
        return value in (True, "true", 1)
    if value in (None, "", []):
        return [] if known.type == "multiselect" else None
    if known.options is not None:
        chosen = value if isinstance(value, list) else [value]
        if not set(chosen) <= set(known.options):
            raise invalid("base", f"{known.title}: {value} is invalid", "InvalidValue")
        return chosen if known.type == "multiselect" else chosen[0]
    if known.type in SHAPES and not re.fullmatch(SHAPES[known.type], str(value)):
        raise invalid("base", f"{known.title}: {value} is invalid", "InvalidFormat")
    return value if known.type == "integer" else str(value)


def _settle_status(before: Values, given: Values, after: Values, by: int) -> None:
    """A status of the account's own has one of the vendor's behind it. What an agent has taken is no longer new."""
    if given.get("custom_status_id") is not None and "status" not in given:
        after["status"] = CUSTOM_STATUSES[given["custom_status_id"]][0]
    if after.get("status") in (None, "new") and after.get("assignee_id"):
        after["status"] = "open"
    if after.get("status") is None or (
        after["status"] == "new" and before.get("status") not in (None, "new")
    ):
        after["status"] = before.get("status") or "new"
    if after["status"] in ("solved", "closed") and not after.get("assignee_id"):
        after["assignee_id"] = by
    kept = CUSTOM_STATUSES.get(after.get("custom_status_id") or 0, ("", ""))[0]
    if kept != after["status"] and after["status"] != "closed":
        after["custom_status_id"] = default_status(after["status"])
    if after["status"] in ("solved", "closed"):
        for it in CUSTOM.values():
            if it.required and it.active and after["custom_fields"].get(it.id) in (None, "", []):
                raise invalid("base", f"{it.title}: is required when solving a ticket", "RequiredField")


def _check_problem(desk: Desk, after: Values) -> None:
    """Only an incident has a problem; of any other ticket it is passed over."""
    if after.get("type") != "incident":
        after["problem_id"] = None
        return
    problem = desk.store.find(str(after["problem_id"]))
    if problem is None or problem.values.get("type") != "problem":
        raise invalid("problem", "Problem: is invalid", "InvalidValue")
