"""What is demanded of a person, a group and a device before it is kept."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.store import Store, Stored
from syncline_sandbox.xmatters.foundation import (
    DEVICE_NAMES,
    LANGUAGES,
    LICENCES,
    PROPERTIES,
    ROLES,
    SITES,
    STATUS,
    ZONES,
)
from syncline_sandbox.xmatters.refusals import conflict, invalid

LONGEST, LONGEST_TEXT = 100, 1024
PHONE_LOGIN = re.compile(r"\d{1,30}")
PHONE = re.compile(r"\+[1-9]\d{6,14}")
GROUPS = ("ON_CALL", "BROADCAST", "DYNAMIC")
NEEDS = {"EMAIL": "emailAddress", "VOICE": "phoneNumber", "TEXT_PHONE": "phoneNumber"}
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """`unique` fields are so among all of the kind, whatever their case."""

    stream: str
    recipient: str
    label: str
    texts: tuple[str, ...]
    booleans: tuple[str, ...]
    numbers: tuple[str, ...]
    required: tuple[str, ...]
    choices: Mapping[str, Sequence[str]]
    unique: Mapping[str, str]


PEOPLE = Kind(
    "people",
    "PERSON",
    "user",
    ("targetName", "firstName", "lastName", "webLogin", "phoneLogin", "externalKey"),
    ("externallyOwned",),
    (),
    ("targetName", "firstName", "lastName", "roles"),
    {
        "status": STATUS,
        "licenseType": tuple(LICENCES),
        "language": LANGUAGES,
        "timezone": ZONES,
        "site": tuple(SITES),
    },
    {"targetName": "user ID", "webLogin": "web login", "externalKey": "external key"},
)
GROUP = Kind(
    "groups",
    "GROUP",
    "group",
    ("targetName", "description", "externalKey"),
    ("allowDuplicates", "useDefaultDevices", "observedByAll", "externallyOwned"),
    (),
    ("targetName",),
    {"status": STATUS, "groupType": GROUPS, "timezone": ZONES, "site": tuple(SITES)},
    {"targetName": "name", "externalKey": "external key"},
)
DEVICE = Kind(
    "devices",
    "DEVICE",
    "device",
    ("name", "emailAddress", "phoneNumber", "pin", "externalKey"),
    ("defaultDevice", "externallyOwned", "twoWayDevice"),
    ("sequence", "delay"),
    ("deviceType", "name", "owner"),
    {
        "status": STATUS,
        "deviceType": (*NEEDS, "TEXT_PAGER", "FAX"),
        "priorityThreshold": ("LOW", "MEDIUM", "HIGH"),
        "testStatus": ("UNTESTED", "TESTED", "INVALID"),
    },
    {"externalKey": "external key"},
)


def taken(kind: Kind, posted: Values) -> dict[str, Any]:
    """Of what was posted; fields that there are not, and what is null, are passed over without a word."""
    checks: dict[str, Callable[[str, Any], Any]] = {
        **dict.fromkeys(kind.texts, _text),
        **dict.fromkeys(kind.booleans, _boolean),
        **dict.fromkeys(kind.numbers, _number),
        **{name: _one_of(values) for name, values in kind.choices.items()},
    }
    return {
        name: checks[name](name, value)
        for name, value in posted.items()
        if name in checks and value is not None
    }


def taken_roles(posted: Values) -> dict[str, Any]:
    if posted.get("roles") is None:
        return {}
    names = posted["roles"]
    if not isinstance(names, list) or not all(it in ROLES for it in names):
        raise invalid("One of the roles does not exist")
    return {"roles": sorted(set(names))}


def taken_properties(posted: Values, before: Values) -> dict[str, Any]:
    """Null leaves one as it is; the empty text takes it away."""
    given = posted.get("properties")
    if not isinstance(given, dict):
        return {}
    known = {it: value for it, value in given.items() if it in PROPERTIES and value is not None}
    merged = {**before.get("properties", {}), **known}
    return {"properties": {name: it for name, it in merged.items() if it != ""}}


def taken_supervisors(posted: Values, store: Store) -> dict[str, Any]:
    """By id; null and an empty list alike are none."""
    if "supervisors" not in posted:
        return {}
    given = posted["supervisors"] or []
    ids = [it.get("id") if isinstance(it, dict) else it for it in given] if isinstance(given, list) else [0]
    for id in ids:
        person = store.find(id) if isinstance(id, str) else None
        if person is None or person.stream != "people":
            raise invalid("One of the supervisors does not exist")
    return {"supervisors": sorted(set(ids))}


def must_be_whole(kind: Kind, values: Values) -> None:
    missing = [it for it in kind.required if values.get(it) in (None, "", [])]
    if missing:
        raise invalid(f"{missing[0]} is required")
    if kind.stream == "devices":
        _must_be_device(values)
    if values.get("phoneLogin") and not PHONE_LOGIN.fullmatch(values["phoneLogin"]):
        raise invalid("The phone login has to be digits, 30 at most")


def must_be_unique(kind: Kind, values: Values, store: Store, own: Stored | None) -> None:
    for other in store.records.values():
        if other.stream != kind.stream or other is own:
            continue
        for name, label in kind.unique.items():
            value = values.get(name)
            if value and str(other.values.get(name, "")).casefold() == str(value).casefold():
                raise conflict(f"A {kind.label} with {label} {value} already exists")
        if kind.stream == "devices" and all(other.values[it] == values[it] for it in ("owner", "name")):
            raise conflict("The owner has a device with this name")


def _must_be_device(values: Values) -> None:
    type, name = values["deviceType"], values["name"]
    if (type, name) not in DEVICE_NAMES:
        raise invalid(f"There is no device name {name} for {type}")
    needed = NEEDS.get(type)
    if needed and not values.get(needed):
        raise invalid(f"{needed} is required")
    if needed == "phoneNumber" and not PHONE.fullmatch(values[needed]):
        raise invalid("The phone number is not in the format E.164")
    if needed == "emailAddress" and "@" not in values[needed]:
        raise invalid("The email address is not valid")


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise invalid(f"{name} has to be a text")
    if len(value) > (LONGEST_TEXT if name == "description" else LONGEST):
        raise conflict("Data Integrity Violation Error")
    return value


def _boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise invalid(f"{name} has to be true or false")
    return value


def _number(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise invalid(f"{name} has to be a number")
    return value


def _one_of(values: Sequence[str]) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        given = value.get("id") if isinstance(value, dict) else value
        if given not in values:
            raise invalid(f"{given} is no valid value of {name}")
        return str(given)

    return check
