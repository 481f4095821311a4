"""What a person may name as a system's address."""

from dataclasses import dataclass
from uuid import UUID

from syncline_common.connectors.addresses import Recognised, leads_inside, recognise
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.errors import FieldFault, GuardBlocked, Invalid
from syncline_common.sdk.manifest import Manifest

INSIDE = "This address leads inside; Syncline reaches public addresses, and what a route is set for"
NO_KIND = "There is no such kind of system"
NOT_INSTALLED = "There is no connector for {label} yet"


@dataclass(frozen=True, slots=True)
class Named:
    """What somebody names as a system, and where it is to be used."""

    network_id: UUID
    url: str
    kind: str | None = None


def recognised(url: str, kind: str | None = None) -> Recognised:
    """Invalid if it is no address at all, GuardBlocked if its words already say that it leads inside."""
    if leads_inside(url):
        raise GuardBlocked(INSIDE, FieldFault("/url", INSIDE, "Use the system's public address"))
    if kind is not None and kind not in MANIFESTS:
        raise Invalid(NO_KIND, FieldFault("/kind", NO_KIND, f"One of {', '.join(MANIFESTS)}"))
    told = recognise(url, kind)
    if told.malformed:
        raise Invalid(told.message, FieldFault("/url", told.message))
    return told


def located(url: str, kind: str | None = None) -> tuple[Manifest, str]:
    """The kind that it belongs to, whose connector is there, and its one spelling."""
    told = recognised(url, kind)
    if told.kind is None or told.canonical is None:
        fix = f"Say which kind: {', '.join(told.kinds)}" if told.kinds else None
        raise Invalid(told.message, FieldFault("/kind" if told.kinds else "/url", told.message, fix))
    manifest = MANIFESTS[told.kind]
    if not manifest.installed:
        lacking = NOT_INSTALLED.format(label=manifest.label)
        raise Invalid(lacking, FieldFault("/url", lacking))
    return manifest, told.canonical
