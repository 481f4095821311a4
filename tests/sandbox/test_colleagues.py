"""The demo's people: they keep the rules of both systems, come to an end, and find their work again."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from sandbox.desk import Hands
from syncline_sandbox import demo
from syncline_sandbox.colleagues import MOST, NEW, Colleagues
from syncline_sandbox.keeping import FORM, Drawer, Unreadable
from syncline_sandbox.servicenow.instance import Instance
from syncline_sandbox.vendor import Vendor


def company(seed: int = 1, bugs: int = 6, incidents: int = 4) -> Colleagues:
    now = Hands()
    return Colleagues(
        demo.organisation(count=bugs, now=now), demo.instance(count=incidents, now=now), Random(seed)
    )


def contents(vendor: Vendor) -> Any:
    return [(it.stream, it.id, it.number, dict(it.values)) for it in vendor.store.records.values()]


def both(colleagues: Colleagues) -> Any:
    return contents(colleagues.boards), contents(colleagues.instance)


def test_the_same_seed_does_the_same_and_another_something_else() -> None:
    first, second, other = company(3), company(3), company(4)
    for _ in range(40):
        for colleagues in (first, second, other):
            colleagues.act()
    assert both(first) == both(second)
    assert both(first) != both(other)


def test_they_work_in_both_and_nothing_that_they_do_is_refused() -> None:
    colleagues = company()
    touched = [colleagues.act() for _ in range(200)]
    assert None not in touched
    effects = (*colleagues.boards.ledger.effects, *colleagues.instance.ledger.effects)
    assert {(it.what, it.stream) for it in effects} == {
        (what, stream) for what in ("created", "changed") for stream in ("Bug", "incident")
    }
    fields = {name for it in effects for name in it.after}
    assert {"System.State", "System.Title", "System.AssignedTo", "Microsoft.VSTS.Common.Severity"} <= fields
    assert {"state", "short_description", "assigned_to", "urgency"} <= fields
    assert {it.request for it in effects} == {None}, "people did it, no program"


def test_other_projects_and_what_was_deleted_are_left_alone() -> None:
    colleagues = company(bugs=9)
    boards = colleagues.boards
    gone = next(
        it for it in boards.store.records.values() if it.values["System.TeamProject"] == "Fabrikam Web"
    )
    boards.store.bin(gone, "triage@fabrikam.example")
    before = gone.number
    others = [it for it in boards.store.records.values() if it.values["System.TeamProject"] != "Fabrikam Web"]
    numbers = [it.number for it in others]
    for _ in range(200):
        colleagues.act()
    assert (gone.number, [it.number for it in others]) == (before, numbers)


def test_they_come_to_an_end_and_make_few_new_ones() -> None:
    colleagues = company()
    before = len(colleagues.boards.store.records) + len(
        [it for it in colleagues.instance.store.records.values() if it.stream == "incident"]
    )
    for _ in range(MOST):
        colleagues.act()
    seen = both(colleagues)
    assert colleagues.act() is None
    assert both(colleagues) == seen
    incidents = [it for it in colleagues.instance.store.records.values() if it.stream == "incident"]
    made = len(colleagues.boards.store.records) + len(incidents) - before
    assert made == 2 * NEW
    assert max(len(str(it.values["short_description"])) for it in incidents) < 100, "titles don't grow"


def test_they_slow_down() -> None:
    colleagues = company()
    soon = [colleagues.pause(20, 0) for _ in range(50)]
    late = [colleagues.pause(20, 300) for _ in range(50)]
    assert 10 <= min(soon) < max(soon) <= 30
    assert 110 <= min(late) < max(late) <= 330


def test_with_nothing_to_work_on_they_make_something_or_wait() -> None:
    colleagues = company(bugs=0, incidents=0)
    done = [colleagues.act() for _ in range(60)]
    assert None in done
    assert any(done)


def test_what_is_put_away_is_found_whole(tmp_path: Path) -> None:
    drawer, colleagues = (
        Drawer(tmp_path / "systems", Colleagues),
        Colleagues(demo.organisation(count=6), demo.instance(count=4), Random(1)),
    )
    assert drawer.found() is None
    for _ in range(20):
        colleagues.act()
    drawer.put(colleagues)
    found = drawer.found()
    assert found is not None
    assert both(found) == both(colleagues)
    assert found.boards.ledger.effects == [], "what was asked and done is not kept"
    for _ in range(20):
        colleagues.act()
        found.act()
    assert [it[2] for it in both(found)[0]] == [it[2] for it in both(colleagues)[0]], "they go on alike"
    assert (tmp_path / "systems").stat().st_mode & 0o777 == 0o600
    assert [it.name for it in tmp_path.iterdir()] == ["systems"]


@pytest.mark.parametrize("content", [b"", b"x", b"\x80\x04.", b"not a pickle at all"])
def test_what_can_not_be_read_is_said_plainly(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "systems").write_bytes(content)
    with pytest.raises(Unreadable, match="was written by another version"):
        Drawer(tmp_path / "systems", Colleagues).found()


def test_another_form_and_another_thing_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "systems"
    Drawer(path, Colleagues).put(Colleagues(demo.organisation(count=1), demo.instance(count=1)))
    with pytest.raises(Unreadable):
        Drawer(path, Instance).found()
    older = path.read_bytes().replace(b"K" + bytes([FORM]), b"K" + bytes([FORM + 1]), 1)
    path.write_bytes(older)
    with pytest.raises(Unreadable):
        Drawer(path, Colleagues).found()
