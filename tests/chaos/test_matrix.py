"""The judge of the fault matrix is judged; a short history of it is part of `tests/end_to_end/test_stack.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from chaos.colleagues import Colleagues
from chaos.matrix_oracle import Kept, in_step, judge
from chaos.vendors import Vendors
from syncline_sandbox import demo


@dataclass
class Draft:
    """A history that went well, before something in it goes wrong. Each bug has its incident in the same place."""

    bugs: list[list[str]] = field(default_factory=lambda: [["One", "x"], ["Two", "y"]])
    incidents: list[list[str]] = field(default_factory=lambda: [["One", "x"], ["Two", "y"]])
    marks: list[str] = field(default_factory=lambda: ["", "sl-two"])
    ours: list[tuple[str, str, dict[str, Any]]] = field(
        default_factory=lambda: [
            ("created", "Bug", {"System.Title": "Two"}),
            ("changed", "Bug", {"Custom.Customer": "x"}),
        ]
    )
    theirs: list[tuple[str, dict[str, Any]]] = field(
        default_factory=lambda: [("bug 0", {"System.Title": "One"})]
    )
    kept: Kept = field(
        default_factory=lambda: Kept([("bug 0", "incident 0"), ("bug 1", "incident 1")], [], [], 0)
    )

    def judged(self) -> list[str]:
        boards, instance = demo.organisation(count=0), demo.instance(count=0)
        for number, (title, customer) in enumerate(self.bugs):
            tags = self.marks[number] if number < len(self.marks) else ""
            values = {"System.Title": title, "Custom.Customer": customer, "System.Tags": tags}
            boards.store.add("Bug", f"bug {number}", values, "somebody")
        for number, (title, customer) in enumerate(self.incidents):
            values = {"short_description": title, "u_vendor_ticket": customer}
            instance.store.add("incident", f"incident {number}", values, "somebody")
        ledger, now = boards.ledger, datetime(2026, 1, 1, tzinfo=UTC)
        ledger.effects.clear()
        instance.ledger.effects.clear()
        for id, after in self.theirs:
            ledger.note(now, "somebody", "changed", ("Bug", id, 2), after=after)
        ledger.current = ledger.asked(now, "work_items.update", "PATCH", "/")
        for what, stream, after in self.ours:
            ledger.note(now, "us", what, (stream, "bug 0", 2), after=after)
        vendors = Vendors(boards, instance)
        colleagues = Colleagues(
            vendors, Random(1), edits=[("short_description", "One"), ("Custom.Customer", "x")]
        )
        assert in_step(vendors) == (sorted(self.bugs) == sorted(self.incidents))
        return judge(vendors, colleagues, self.kept, (0, 0))


def kept(draft: Draft, **different: Any) -> None:
    draft.kept = replace(draft.kept, **different)


WRONGS: dict[str, tuple[str, Callable[[Draft], Any]]] = {
    "two copies": ("P1", lambda it: it.bugs.append(["Two", "y"])),
    "one mark on two records": ("P1", lambda it: it.marks.__setitem__(0, "customer; sl-two")),
    "not linked": ("P2", lambda it: kept(it, links=it.kept.links[:1])),
    "linked with another": (
        "P2",
        lambda it: kept(it, links=[("bug 0", "incident 1"), ("bug 1", "incident 0")]),
    ),
    "written twice": ("P9", lambda it: it.ours.append(it.ours[1])),
    "written from nowhere": ("P9", lambda it: it.ours.append(("changed", "Bug", {"System.Title": "Three"}))),
    "an edit overwritten": ("P10", lambda it: it.theirs.append(("bug 0", {"System.Title": "One, edited"}))),
    "another value": ("P11", lambda it: it.bugs.__setitem__(0, ["One", "z"])),
    "a record too few": ("P11", lambda it: it.incidents.pop()),
    "deleted": ("P12", lambda it: it.ours.append(("deleted", "Bug", {}))),
    "cleared": ("P12", lambda it: it.ours.append(("changed", "Bug", {"Custom.Customer": None}))),
    "a record set aside": ("P14", lambda it: kept(it, issues=["vendor_down: later"])),
    "two versions at once": ("P15", lambda it: kept(it, mixed=1)),
}


def test_the_judge_finds_no_fault_where_there_is_none() -> None:
    assert Draft().judged() == []


def test_a_value_that_lost_is_not_lost_if_it_is_kept() -> None:
    draft = Draft(theirs=[("bug 0", {"System.Title": "One, edited"})])
    kept(draft, conflicts=[('"One, edited"', '"One"')])
    assert draft.judged() == []


@pytest.mark.parametrize("wrong", WRONGS)
def test_the_judge_notices(wrong: str) -> None:
    promise, do = WRONGS[wrong]
    draft = Draft()
    do(draft)
    assert any(it.startswith(promise) for it in draft.judged())
