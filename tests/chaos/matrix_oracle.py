"""Judges what two vendors and the product hold after a fault, once everybody has stopped editing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chaos.colleagues import Colleagues
from chaos.vendors import EDITABLE, Vendors, by_us
from syncline_sandbox.ledger import Effect

MARKS = {"Bug": "System.Tags", "incident": "correlation_id"}


@dataclass(frozen=True)
class Kept:
    """What the product holds of the connection."""

    links: Sequence[tuple[str, str]]
    conflicts: Sequence[tuple[str | None, str | None]]  # both values, as JSON
    issues: Sequence[str]  # of records that were set aside
    mixed: int  # times that a pair was written under more than one version at once


def in_step(vendors: Vendors) -> bool:
    """Each record is on the other side, with the same title and customer."""
    return Counter(vendors.bugs().values()) == Counter(vendors.incidents().values())


def judge(vendors: Vendors, colleagues: Colleagues, kept: Kept, since: tuple[int, int]) -> list[str]:
    """`since`: how many effects there were on either side before."""
    ours = {vendor: by_us(vendor, count) for vendor, count in zip(vendors.both, since, strict=True)}
    effects = [it for some in ours.values() for it in some]
    judges = (
        _agree(vendors),
        _created_once(vendors),
        _linked(vendors, kept),
        _bounced(colleagues, effects),
        _vanished(vendors, kept, since),
        _taken_away(effects),
        _left_over(kept),
    )
    return [said for one in judges for said in one]


def _agree(vendors: Vendors) -> Iterator[str]:
    bugs, incidents = Counter(vendors.bugs().values()), Counter(vendors.incidents().values())
    if bugs != incidents:
        yield f"P11: only in a {dict(bugs - incidents)}, only in b {dict(incidents - bugs)}"


def _created_once(vendors: Vendors) -> Iterator[str]:
    """P1: titles are entered once, and no mark is on two records."""
    for vendor, records in zip(vendors.both, (vendors.bugs(), vendors.incidents()), strict=True):
        titles = Counter(title for title, _ in records.values())
        marks = Counter(
            word
            for it in vendor.store.records.values()
            for word in str(it.values.get(MARKS.get(it.stream, "")) or "").replace(";", " ").split()
            if word.startswith("sl-")
        )
        for what, count in (titles + marks).items():
            if count > 1:
                yield f"P1: {what} is {count} times in {vendor.kind}"


def _linked(vendors: Vendors, kept: Kept) -> Iterator[str]:
    """P2: each with its copy, and with nothing else."""
    bugs, incidents = vendors.bugs(), vendors.incidents()
    linked = Counter(id for link in kept.links for id in link)
    for id in (*bugs, *incidents):
        if linked[id] != 1:
            yield f"P2: {id} is in {linked[id]} links"
    for a, b in kept.links:
        if bugs.get(a) != incidents.get(b):
            yield f"P2: {bugs.get(a)} is linked with {incidents.get(b)}"


def _bounced(colleagues: Colleagues, ours: Sequence[Effect]) -> Iterator[str]:
    """P9: a value is written once, and only where somebody has entered it on the other side."""
    changed = (it for it in ours if it.what == "changed")
    written = Counter(
        (name, str(value)) for it in changed for name, value in it.after.items() if name in EDITABLE
    )
    for what, count in (written - Counter(colleagues.edits)).items():
        yield f"P9: {what} was written {count} times more than it was entered"


def _vanished(vendors: Vendors, kept: Kept, since: tuple[int, int]) -> Iterator[str]:
    """P10: what was entered last in a field of one's own stands there, or is kept as a conflict."""
    values = {value for pair in kept.conflicts for value in pair}
    fields = ("System.Title", "u_vendor_ticket")
    for vendor, field, count in zip(vendors.both, fields, since, strict=True):
        ours = {it.number for it in by_us(vendor, 0)}
        theirs = (it for it in vendor.ledger.effects[count:] if it.number not in ours and field in it.after)
        for id, value in {it.id: it.after[field] for it in theirs}.items():
            now = vendor.store.records[id].values.get(field)
            if now != value and f'"{value}"' not in values:
                yield f"P10: {value!r}, entered last in {field} of {id}, gave way to {now!r}"


def _taken_away(ours: Sequence[Effect]) -> Iterator[str]:
    """P12: nothing was deleted or cleared."""
    for it in ours:
        cleared = [name for name, value in it.after.items() if name in EDITABLE and not value]
        if it.what not in ("created", "changed") or (it.what == "changed" and cleared):
            yield f"P12: {it.id} was {it.what}, {cleared}"


def _left_over(kept: Kept) -> Iterator[str]:
    """P13, P14: no fault of a system, a network or a credential is a fault of a record. P15: one version at a time."""
    for it in kept.issues:
        yield f"P14: a record was set aside: {it}"
    if kept.mixed:
        yield f"P15: {kept.mixed} times a pair was written under two versions at once"
