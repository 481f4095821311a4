"""What an asset's agent tells of its machine, as far as it says which one it is.

Most adapters of a machine are virtual, and the same on many machines: those are left out, so that they match nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from syncline_common.schemas.values import Value

Wire = Mapping[str, Any]
VIRTUAL = re.compile(r"vpn|tap\b|tap-|virtual|direct|loopback|bluetooth|hyper-v|vmware", re.IGNORECASE)
SHARED = ("00090F", "00FF", "00155D", "005056", "0A0027")  # makers of adapters that are no hardware
FACTS = ("manufacturer", "model", "serial_number", "form_factor", "domain")
HEX = re.compile(r"[0-9A-F]{12}")


def agent_values(row: Wire) -> dict[str, Value]:
    told = _told(row)
    general, system = _part(told, "general"), _part(told, "os")
    values: dict[str, Value] = {f"agent.{it}": _text(general.get(it)) for it in FACTS}
    adapters = [it for it in _adapters(told)]
    addresses = {_mac(it.get("physical_address")) for it in adapters} | {_mac(_properties(row).get("mac"))}
    values["agent.os"] = _text(system.get("name"))
    values["agent.mac_addresses"] = sorted(it for it in addresses if it) or None
    values["agent.ip_addresses"] = sorted({it for it in map(_ip, adapters) if it}) or None
    return values


def _told(row: Wire) -> Wire:
    """Where it is kept differs by the age of the account; in the older place it is a text."""
    found = _properties(row).get("kabuto_information")
    if isinstance(found, Mapping):
        return found
    store = _part(_part(row, "rmm_store"), "general").get("info")
    try:
        found = json.loads(store) if isinstance(store, str) else store
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _properties(row: Wire) -> Wire:
    return _part(row, "properties")


def _part(told: Wire, name: str) -> Wire:
    found = told.get(name)
    return found if isinstance(found, Mapping) else {}


def _adapters(told: Wire) -> Iterator[Wire]:
    listed = told.get("network_adapters")
    for it in listed if isinstance(listed, list) else ():
        if isinstance(it, Mapping) and not VIRTUAL.search(f"{it.get('name')} {it.get('description')}"):
            yield it


def _mac(value: Any) -> str | None:
    """None of an address that somebody made up, or that is the same everywhere."""
    digits = re.sub(r"[^0-9A-Fa-f]", "", str(value or "")).upper()
    if not HEX.fullmatch(digits) or digits.startswith(SHARED) or int(digits[:2], 16) & 0b11:
        return None
    return None if set(digits) == {"0"} else digits


def _ip(adapter: Wire) -> str | None:
    try:
        found = ip_address(str(adapter.get("ipv4") or ""))
    except ValueError:
        return None
    return None if found.is_link_local or found.is_loopback else str(found)


def _text(value: Any) -> str | None:
    return str(value).strip() or None if isinstance(value, str | int | float) else None
