"""What xMatters answers, by the vendor's reference and its own clients."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.standin import StandIn, Told
from syncline_common.connectors.xmatters.columns import SHAPES
from syncline_common.connectors.xmatters.records import to_record
from syncline_common.schemas.records import Record

MARKER = "sl-abcdefghij234567abcd"
ONE, TWO = "481086d8-357a-4279-b7d5-d7dce48fcd12", "545686d8-3491-4a12-ddb7-a33239e82bc7"
LEAD, SITE = "95303232-daf4-4677-9b98-13625ffa9280", "596c0550-fca0-485c-9395-cc9f4ad3570e"
ROOT = "/api/xm/1"
PEOPLE, GROUPS, DEVICES = (f"GET {ROOT}/{it}" for it in ("people", "groups", "devices"))
SAVE, PERSON = f"POST {ROOT}/people", f"{PEOPLE}/{ONE}"
QUOTAS, SITES, NAMES = f"{PEOPLE}/license-quotas", f"GET {ROOT}/sites", f"GET {ROOT}/device-names"
SINCE = datetime(2026, 3, 31, 12, 0, 0, 500_000, tzinfo=UTC)


def page(*rows: Mapping[str, Any], total: int | None = None, more: str | None = None) -> dict[str, Any]:
    count = len(rows) if total is None else total
    links = {"self": f"{ROOT}/people?offset=0&limit=100", **({"next": more} if more else {})}
    return {"count": len(rows), "total": count, "data": list(rows), "links": links}


def person(id: str = ONE, **more: Any) -> dict[str, Any]:
    """A whole one, as GET with embed shows it."""
    told = {
        "id": id,
        "targetName": "desk.1",
        "recipientType": "PERSON",
        "externallyOwned": False,
        "links": {"self": f"{ROOT}/people/{id}"},
        "firstName": "Service",
        "lastName": "Desk",
        "licenseType": "FULL_USER",
        "language": "en",
        "timezone": "US/Pacific",
        "webLogin": "desk.1",
        "site": {"id": SITE, "name": "Default Site", "links": {"self": f"{ROOT}/sites/{SITE}"}},
        "status": "ACTIVE",
        "lastLogin": "2026-03-30T10:00:00.000Z",
        "whenCreated": "2026-03-01T08:00:00.000Z",
        "whenUpdated": "2026-03-31T12:00:01.250Z",
        "roles": page({"id": "r2", "name": "Standard User"}, {"id": "r1", "name": "Group Supervisor"}),
        "supervisors": page({"id": LEAD, "targetName": "lead", "recipientType": "PERSON"}),
    }
    return {name: it for name, it in {**told, **more}.items() if it is not None}


def bare(row: Mapping[str, Any]) -> dict[str, Any]:
    """As a POST answers: without its lists."""
    return {name: it for name, it in row.items() if name not in ("roles", "supervisors")}


def world(**answers: Any) -> StandIn:
    named = {"people": PEOPLE, "person": PERSON, "save": SAVE, "sites": SITES, "names": NAMES}
    told = {named.get(name, name): it for name, it in answers.items()}
    return StandIn({PEOPLE: page(), **told})


def seen(**more: Any) -> Record:
    now = datetime(2026, 3, 31, 18, 40, tzinfo=UTC)
    return to_record(person(**more), "people", SHAPES["people"], now)


def refusal(code: int, message: str) -> Told:
    return Told({"code": code, "reason": "Bad Request", "message": message}, status=code)
