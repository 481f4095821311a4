"""Judges a run that was killed and carried through, by what the vendors have noted. Expectations are written by hand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chaos.traces import Traces
from chaos.vendors import EDITABLE, Shown, Vendors
from syncline_sandbox.ledger import Effect

TITLES = ("System.Title", "short_description")
TOLD = EDITABLE | {"System.State", "state"}
WANTED = {  # title and customer of each pair in the end, the same on both sides
    "One, edited in a": "edited meanwhile",
    "Two": "edited in b",
    "Three, edited in a": "edited in b, too",
    "Four, edited in a": "Contoso",
    "New in a": "Contoso",
    "New in b": "Northwind",
}
CREATED = ({"New in b"}, {"New in a"})  # by us, on either side
WRITES = (  # ours, on either side: field and value; each of them once
    Counter({("Custom.Customer", "edited in b"): 1, ("Custom.Customer", "edited in b, too"): 1}),
    Counter(
        {
            ("short_description", "One, edited in a"): 1,
            ("short_description", "Three, edited in a"): 1,
            ("short_description", "Four, edited in a"): 1,
            ("u_vendor_ticket", "edited meanwhile"): 1,
        }
    ),
)
CONFLICT = ["r1", '"Four, edited in a"', '"Four, edited in b"', "a"]


@dataclass(frozen=True)
class Ending:
    """`a` and `b`: what we did there since the run began."""

    vendors: Vendors
    a: Sequence[Effect]
    b: Sequence[Effect]
    traces: Traces
    at_rest_at: datetime


def judge(ending: Ending) -> list[str]:
    """Every promise that was broken."""
    judges = (created_once, nothing_lost, in_step, each_edit_once, nothing_overwritten, runs_told)
    return [said for one in judges for said in one(ending)]


def created_once(ending: Ending) -> Iterator[str]:
    """P1, P12: what was new has one copy, and nothing else was made."""
    for effects, field, wanted in zip((ending.a, ending.b), TITLES, CREATED, strict=True):
        made = Counter(str(it.after.get(field)) for it in effects if it.what == "created")
        if made != Counter(wanted):
            yield f"P1: created {dict(made)}, not each of {sorted(wanted)} once"
    for records, stream in _records(ending):
        titles = Counter(title for title, _ in records)
        twice = [title for title, count in titles.items() if count > 1]
        if twice:
            yield f"P1: {twice} is there more than once as {stream}"


def nothing_lost(ending: Ending) -> Iterator[str]:
    """P2: each record is linked, to its copy and to nothing else; and nothing was left to a person."""
    bugs, incidents = ending.vendors.bugs(), ending.vendors.incidents()
    linked = Counter(a for a, _, _ in ending.traces.links) + Counter(b for _, b, _ in ending.traces.links)
    for id in (*bugs, *incidents):
        if linked[id] != 1:
            yield f"P2: {id} is in {linked[id]} links"
    for a, b, state in ending.traces.links:
        if bugs.get(a) != incidents.get(b) or state != "linked":
            yield f"P2: {bugs.get(a)} is {state} with {incidents.get(b)}"
    for cause, hint, state in ending.traces.issues:
        yield f"P2: left to a person ({state}): {cause}, {hint}"
    for marker, state, _ in ending.traces.intents:
        if state not in ("done", "absent"):
            yield f"P1: {marker} is {state} in the end"


def in_step(ending: Ending) -> Iterator[str]:
    """P11: both sides hold what was entered last."""
    for records, stream in _records(ending):
        found = dict(records)
        if found != WANTED:
            yield f"P11: as {stream} there is {found}"


def each_edit_once(ending: Ending) -> Iterator[str]:
    """P9, P12: one write for each edit, of its value; nothing deleted or cleared, and nothing after it came to rest."""
    for effects, wanted in zip((ending.a, ending.b), WRITES, strict=True):
        changed = [it for it in effects if it.what != "created"]
        written = Counter((name, value) for it in changed for name, value in it.after.items() if name in TOLD)
        if written != wanted:
            more, less = dict(written - wanted), dict(wanted - written)
            yield f"P9: written beyond the edits {more}, missing {less}"
        others = [it.what for it in changed if it.what != "changed"]
        if others:
            yield f"P12: {others}"
        late = [it for it in effects if it.at > ending.at_rest_at]
        if late:
            yield f"P9: {len(late)} writes after it had come to rest"


def nothing_overwritten(ending: Ending) -> Iterator[str]:
    """P10: the value that lost is kept, once."""
    if ending.traces.conflicts != [CONFLICT]:
        yield f"P10: the conflicts kept are {ending.traces.conflicts}"


def runs_told(ending: Ending) -> Iterator[str]:
    """P4: every run is over, and the end of each was told once."""
    told = Counter(str(it[0]) for it in ending.traces.ended)
    for id, status in ending.traces.runs:
        if status != "succeeded" or told[id] != 1:
            yield f"P4: run {id} is {status}, told {told[id]} times"


def _records(ending: Ending) -> Iterator[tuple[list[Shown], str]]:
    yield [*ending.vendors.bugs().values()], "a bug"
    yield [*ending.vendors.incidents().values()], "an incident"
