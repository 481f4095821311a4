"""Histories by hand that the engine once failed, the shortest that show it."""

from dataclasses import replace

import pytest

from simulation.cabinet import By
from simulation.configurations import Variant
from simulation.engine import Engine
from simulation.faults import CALM, Rates
from simulation.history import History
from simulation.steps import Clone, Create, Edit, Freeze, Mark, Pause, Publish, Resume, Revoke, Sicken
from simulation.trial import tried
from simulation.vendors import Facts
from syncline_common.errors import CredentialRejected
from syncline_common.schemas.connector import RepeatClass
from syncline_common.schemas.values import Direction, Side

QUIET = Variant(policy="a", comments=False)


@pytest.mark.parametrize("edited_at", range(41, 44))
def test_an_edit_between_reading_and_a_write_that_can_t_be_refused_is_seen(edited_at: int) -> None:
    """While the other side was slow to answer, what had been read of this side grew old."""
    takes_stale_writes = Facts(conditional=False, lost_hooks=0.0)
    steps = (
        Create(0.0, Side.A, "r1", (("Title", "one"),)),
        Sicken(30.0, Side.B, Rates(slow=100)),
        Edit(40.0, Side.B, "r1", "short_description", "TWO"),
        Edit(edited_at + 0.5, Side.A, "r1", "Title", "three"),
    )
    history = History(1, takes_stale_writes, Facts(), (QUIET,), 1, 60.0, steps)
    assert tried(history, lambda _: Engine()).verdicts == ()


def test_a_value_whose_copy_was_put_another_way_is_kept() -> None:
    """Neither the create nor the write of what became of it is answered: nobody on side b ever saw it as it was."""
    coarse = Facts(granularity=60.0, lost_hooks=0.0)
    steps = (
        Sicken(0.0, Side.B, Rates(after=100)),
        Create(1.0, Side.A, "r1", (("Title", "Title 1 "),)),
        Sicken(30.0, Side.B, CALM),
        Sicken(40.0, Side.A, Rates(after=100)),
    )
    history = History(1, Facts(), coarse, (replace(QUIET, policy="b"),), 1, 120.0, steps)
    assert tried(history, lambda _: Engine()).verdicts == ()


@pytest.mark.parametrize(
    ("winner", "answer", "after"),
    [("b", "after", 2.0), ("b", "late", 8.0), ("ask", "after", 4.0), ("ask", "late", 12.0)],
)
def test_an_update_that_nobody_answered_is_no_edit_if_its_source_is_edited_meanwhile(
    winner: str, answer: str, after: float
) -> None:
    steps = (
        Create(0.0, Side.A, "r1", (("Title", "one"),)),
        Sicken(30.0, Side.B, Rates(**{answer: 100})),
        Edit(32.0, Side.A, "r1", "Title", "two"),
        Edit(32.0 + after, Side.A, "r1", "Title", "three"),
        Sicken(32.1 + after, Side.B, CALM),
    )
    told = Facts(lost_hooks=0.0), Facts(lost_hooks=1.0)
    lived = tried(History(1, *told, (replace(QUIET, policy=winner),), 1, 120.0, steps), lambda _: Engine())
    (one,), (other,) = (it.cabinet.records.values() for it in lived.lived.trackers.values())
    assert (one.now.values["Title"], other.now.values["short_description"]) == ("three", "THREE")
    assert lived.verdicts == ()


@pytest.mark.parametrize("seed", range(1, 9))
def test_an_edit_of_another_field_between_reading_and_writing_is_not_taken_for_ours(seed: int) -> None:
    """What our write gave back is the newest version, and somebody else's edit is in it."""
    takes_stale_writes, unhooked = Facts(conditional=False, lost_hooks=1.0), Facts(lost_hooks=1.0)
    steps = (
        Create(0.0, Side.A, "r1", (("Title", "one"),)),
        Sicken(30.0, Side.B, Rates(slow=100)),
        Edit(35.0, Side.A, "r1", "Title", "two"),  # seen by a scan without a sweep
    )
    rarely = replace(QUIET, every=40)
    alone = History(seed, unhooked, takes_stale_writes, (rarely,), 1, 90.0, steps)
    cabinet = tried(alone, lambda _: Engine()).lived.trackers[Side.B].cabinet
    (written,) = [it for it in cabinet.effects if it.kind == "update"]
    assert written.sent_at is not None
    meanwhile = Edit((written.sent_at + written.at) / 2, Side.B, "r1", "description", "three")
    assert tried(alone.with_steps((*steps, meanwhile)), lambda _: Engine()).verdicts == ()


@pytest.mark.parametrize("edited_at", [37.5, 42.5])
def test_what_somebody_put_back_after_an_update_that_nobody_answered_is_kept(edited_at: float) -> None:
    """It looks as if the update had never happened; and the next one is not answered either, before there is another edit."""
    steps = (
        Create(0.0, Side.B, "r1", (("short_description", "ONE"),)),
        Sicken(30.0, Side.B, Rates(after=100)),
        Edit(32.0, Side.A, "r1", "Title", "two"),
        Sicken(33.1, Side.B, Rates(down=100)),
        Edit(33.11, Side.A, "r1", "Title", "three"),
        Edit(34.0, Side.B, "r1", "short_description", "ONE"),
        Sicken(34.1, Side.B, Rates(after=100)),
        Edit(edited_at, Side.B, "r1", "short_description", "FOUR"),
        Sicken(edited_at + 0.1, Side.B, CALM),
    )
    unseen = Facts(granularity=60.0, lost_hooks=1.0)
    history = History(1, Facts(lost_hooks=0.0), unseen, (replace(QUIET, policy="none"),), 1, 90.0, steps)
    assert tried(history, lambda _: Engine()).verdicts == ()


def test_what_users_delete_before_we_know_of_it_has_not_vanished_by_us() -> None:
    """Its create was never answered; it is made again, with what the original says."""
    steps = (
        Sicken(0.0, Side.B, Rates(late=100)),
        Create(1.0, Side.A, "r1", (("Title", "one"), ("Priority", 3))),
        Edit(25.0, Side.B, "r1", "priority", 4),
        Mark(30.0, Side.B, "r1", "delete"),
        Sicken(35.0, Side.B, CALM),
    )
    lived = tried(History(1, Facts(), Facts(), (QUIET,), 1, 60.0, steps), lambda _: Engine())
    kinds = [it.kind for it in lived.lived.trackers[Side.B].cabinet.effects]
    assert (kinds, lived.verdicts) == (["create", "update", "delete", "create"], ())


@pytest.mark.parametrize("direction", [Direction.BOTH, Direction.A_TO_B])
def test_a_clone_of_a_copy_that_nobody_told_of_and_that_was_deleted_is_taken_for_it(
    direction: Direction,
) -> None:
    """It bears the copy's marker, and was made after the request was sent: nothing tells the two apart. One way, it even
    gets the key of what it is taken for."""
    steps = (
        Create(0.0, Side.A, "r1", (("Title", "one"),)),
        Sicken(9.0, Side.B, Rates(after=100)),
        Clone(26.0, Side.B, "r1", "r1+1"),
        Mark(27.0, Side.B, "r1", "delete"),
        Sicken(28.0, Side.B, CALM),
    )
    slow, coarse = Facts(lost_hooks=0.0), Facts(granularity=60.0, lag=3.0, lost_hooks=1.0)
    variant = replace(QUIET, direction=direction, creates="in_b")
    lived = tried(History(1, coarse, slow, (variant,), 1, 60.0, steps), lambda _: Engine())
    kinds = [(it.kind, it.by) for it in lived.lived.trackers[Side.B].cabinet.effects]
    assert kinds[:3] == [("create", By.ENGINE), ("create", By.USER), ("delete", By.USER)]
    assert lived.verdicts == ()


@pytest.mark.parametrize("seed", range(1, 5))
def test_an_edit_in_the_second_in_which_an_unanswered_copy_was_made_can_t_be_told(seed: int) -> None:
    """The request was answered, but not for this record. From its mark we know it; as it is, it seems to have been made."""
    steps = (
        Sicken(0.0, Side.A, Rates(partly=100)),
        *(Create(1.0, Side.B, key, (("short_description", key),)) for key in ("r1", "r2")),
        Sicken(20.0, Side.A, CALM),
    )
    alone = History(seed, Facts(), Facts(), (QUIET,), 1, 60.0, steps)
    made = tried(alone, lambda _: Engine()).lived.trackers[Side.A].cabinet.effects[:2]
    edits = [Edit(it.at + 0.01, Side.A, it.key or "", "Title", "another") for it in made]
    told = [alone.with_steps((*steps[:-1], it, steps[-1])) for it in edits]
    lived = [tried(it, lambda _: Engine()) for it in told]
    assert [it.verdicts for it in lived] == [(), ()]


def test_what_its_source_said_and_took_back_during_a_pause_need_not_be_cleared() -> None:
    """One way: nothing of it was ever carried, so nobody can know that the target's own value is the later one."""
    one_way = replace(QUIET, direction=Direction.B_TO_A, creates="in_a")
    calm = Facts(lost_hooks=0.2)
    steps = (
        Create(0.0, Side.B, "r2", (("short_description", "one"), ("description", None))),
        Edit(12.69, Side.B, "r2", "description", "two"),
        Pause(12.834),
        Edit(29.527, Side.A, "r2", "Description", "three"),
        Edit(29.527, Side.B, "r2", "description", None),
    )
    history = History(5002058, calm, calm, (one_way,), 1, 31.0, steps)
    assert tried(history, lambda _: Engine()).verdicts == ()


def test_a_write_that_waits_for_its_turn_can_t_see_what_was_entered_after_the_last_look() -> None:
    """The budget lets one request a second pass, and the scan asks as well."""
    lagging = Facts(granularity=1.0, offset=-40.0, lag=20.0, page=2, lost_hooks=0.0, budget=60)
    stale = Facts(
        granularity=1.0, offset=-40.0, lag=3.0, conditional=False, page=2, lost_hooks=0.0, budget=60
    )
    made = (("Title", "Title 3 "), ("Description", "line 4\nand more"), ("State", "New"), ("Priority", 2))
    steps = (
        Create(24.393, Side.A, "r2", (*made, ("AssignedTo", "bob@alder.example"))),
        Publish(25.1, 2),
        Edit(32.179, Side.A, "r2", "Description", "line 7\nand more"),
        Edit(34.338, Side.A, "r2", "Title", "Title 14 "),
        Edit(36.218, Side.B, "r2", "short_description", "Short 15"),
    )
    latest = replace(QUIET, policy="latest")
    versions = (latest, replace(latest, otherwise=True))
    history = History(7004944, lagging, stale, versions, 1, 37.0, steps)
    assert tried(history, lambda _: Engine()).verdicts == ()


def test_who_resumes_with_the_same_bad_credential_asks_for_another_try() -> None:
    steps = (
        Create(0.0, Side.A, "r1", (("Title", "one"),)),
        Revoke(14.0, Side.B),
        *(it for at in range(30, 90, 20) for it in (Pause(float(at)), Resume(at + 10.0))),
    )
    history = History(1, Facts(), Facts(), (QUIET,), 1, 120.0, steps)
    assert tried(history, lambda _: Engine()).verdicts == ()


def test_what_both_sides_said_at_once_was_seen_by_who_edits_it_next() -> None:
    """Two values of side a mean what was entered on side b: the one that it held was one of them."""
    one_way = replace(QUIET, direction=Direction.A_TO_B, creates="in_b", policy="b", otherwise=True)
    coarse, calm = (
        Facts(granularity=60.0, offset=0.7, conditional=False, page=5, lost_hooks=0.0),
        Facts(lost_hooks=0.2),
    )
    made = (("Title", "Title 1 "), ("Description", "line 2\nand more"), ("State", "Active"), ("Priority", 4))
    steps = (
        Create(0.0, Side.A, "r1", (*made, ("AssignedTo", "ada@alder.example"))),
        Sicken(6.206, Side.B, Rates(after=20, late=60, partly=20)),
        Edit(50.25, Side.A, "r1", "State", "Closed"),
        Edit(50.339, Side.B, "r1", "state", "6"),
        Edit(53.561, Side.A, "r1", "State", "New"),
    )
    history = History(6000094, coarse, calm, (one_way,), 1, 106.0, steps)
    assert tried(history, lambda _: Engine()).verdicts == ()


def test_what_is_new_while_a_copy_is_being_made_that_bears_no_mark_waits_for_no_person() -> None:
    """It may be that copy until the request is answered; then it is carried over at once, and was never an issue."""
    unmarked, told = Facts(creates=RepeatClass.K3, lost_hooks=0.0), Facts(lost_hooks=0.0)
    steps = (
        Sicken(30.0, Side.B, Rates(slow=100)),
        Create(40.0, Side.A, "r1", (("Title", "one"),)),
        Sicken(40.9, Side.B, CALM),
        Create(41.0, Side.B, "r2", (("short_description", "TWO"),)),
    )
    lived = tried(History(1, told, unmarked, (QUIET,), 2, 60.0, steps), lambda _: Engine()).lived
    (copied,) = [it for it in lived.trackers[Side.A].cabinet.effects if it.by is By.ENGINE]
    assert copied.key == "r2" and copied.at < 60
    assert lived.remembered.failed == []


def test_a_clone_of_the_same_minute_is_not_taken_for_the_copy_that_it_was_made_of() -> None:
    """Nobody answered whether the copy was made, and both are found by its mark: the vendor knows which came first."""
    coarse, told = Facts(granularity=60.0, lost_hooks=0.0), Facts(lost_hooks=0.0)
    others = tuple(Create(0.0, Side.A, f"r{it}", (("Title", "other"),)) for it in range(2, 10))
    steps = (
        *others,
        Sicken(2.0, Side.A, Rates(after=100)),
        Create(3.0, Side.B, "r1", (("short_description", "ONE"),)),
        Sicken(20.0, Side.A, CALM),
        Clone(30.0, Side.A, "r1", "r1+1"),
    )
    made = tried(History(1, coarse, told, (QUIET,), 1, 90.0, steps), lambda _: Engine())
    effects = made.lived.trackers[Side.A].cabinet.effects
    assert [it.id for it in effects if it.key in ("r1", "r1+1") and it.kind == "create"] == [
        "alder-9",
        "alder-10",
    ]
    assert made.verdicts == ()


def test_a_copy_that_nobody_told_of_is_found_though_its_source_can_t_be_seen_any_more() -> None:
    """Until it is, no clone of it can be carried over: all of them bear its mark."""
    told = Facts(lost_hooks=0.0)
    steps = (
        Sicken(2.0, Side.A, Rates(after=100)),
        Create(3.0, Side.B, "r1", (("short_description", "ONE"),)),
        Mark(20.0, Side.B, "r1", "hide"),
        Sicken(20.0, Side.A, CALM),
        Clone(30.0, Side.A, "r1", "r1+1"),
    )
    lived = tried(History(1, told, told, (QUIET,), 1, 90.0, steps), lambda _: Engine())
    assert lived.verdicts == ()
    assert {it.code for it in lived.lived.remembered.failed} == {"gone"}


def test_what_was_told_of_one_end_is_settled_by_the_other() -> None:
    """A record that can't be seen is told of once, and no more once it is back, whichever end brought it up."""
    told = Facts(lost_hooks=0.0)
    steps = (
        Create(0.0, Side.A, "r1", (("Title", "one"),)),
        Mark(20.0, Side.B, "r1", "hide"),
        Edit(35.0, Side.A, "r1", "Title", "two"),
        Mark(50.0, Side.B, "r1", "show"),
    )
    remembered = tried(History(1, told, told, (QUIET,), 1, 90.0, steps), lambda _: Engine()).lived.remembered
    assert [(it.id, it.code) for it in remembered.failed] == [("birch-1", "gone")]
    assert remembered.explained == []


def test_a_create_that_was_held_up_longer_than_a_lease_is_not_made_twice() -> None:
    """Its worker stood still on its way to the request, nobody answered, and its effect came later still."""
    coarse = Facts(granularity=60.0, lag=3.0, page=1, lost_hooks=1.0)
    made = (("Title", "Title 1 "), ("Description", "line 2\nand more"), ("State", "New"), ("Priority", 4))
    other = (("short_description", "Short 3"), ("description", "line 4\nand more"), ("state", "6"))
    steps = (
        Create(0.0, Side.A, "r1", (*made, ("AssignedTo", None))),
        Create(0.0, Side.B, "r2", (*other, ("priority", 1), ("assigned_to", "ada.l"))),
        Freeze(7.39, 0, 41, 45.8),
        Sicken(19.967, Side.B, Rates(late=60)),
    )
    latest = replace(QUIET, policy="latest")
    history = History(18005869, coarse, Facts(), (latest,), 1, 65.0, steps)
    assert tried(history, lambda _: Engine()).verdicts == ()


def test_an_update_that_nobody_answered_is_on_record_though_its_pair_is_set_aside() -> None:
    """Its source got a value that has no partner: what had been written before it took a value away all the same."""
    unhooked = Facts(lost_hooks=1.0)
    steps = (
        Create(0.0, Side.A, "r1", (("Title", "one"), ("State", "New"))),
        Edit(32.0, Side.B, "r1", "state", "6"),
        Sicken(32.0, Side.A, Rates(after=100)),
        Edit(36.0, Side.B, "r1", "state", "7"),
        Sicken(36.0, Side.A, CALM),
    )
    variant = replace(QUIET, policy="b", otherwise=False)
    lived = tried(History(1, unhooked, unhooked, (variant,), 1, 90.0, steps), lambda _: Engine())
    (record,) = lived.lived.trackers[Side.A].cabinet.records.values()
    assert record.now.values["State"] == "Resolved"
    assert [it.code for it in lived.lived.remembered.explained] == ["value:r4:7"]
    assert "New" in lived.lived.remembered.kept[record.id]


FIELDS = ("short_description", "description", "state", "priority", "assigned_to")


def test_what_was_under_way_when_the_credential_was_revoked_was_no_try() -> None:
    """Three of four: the answers take seconds, and until the first of them nobody can know."""
    one_way = replace(QUIET, direction=Direction.B_TO_A, creates="in_a", policy="b", otherwise=False)
    slow = Facts(granularity=60.0, offset=-40.0, conditional=False, page=2, lost_hooks=0.0, budget=60)
    made = (
        (0.0, "r4", ("FOUR", "line 8\nand more", "7", 3, None)),
        (37.695, "r3", ("THREE", "line 6\nand more", "6", 2, "bob.m")),
        (40.276, "l3", ("SIX", "line 19\nand more", "6", 2, "bob.m")),
        (41.863, "l2", ("SEVEN", None, "7", 2, "ada.l")),
        (43.588, "l1", ("EIGHT", "line 13\nand more", "2", 4, "ada.l")),
    )
    steps = (
        *(Create(at, Side.B, who, tuple(zip(FIELDS, values, strict=True))) for at, who, values in made),
        Sicken(22.154, Side.B, Rates(after=60, partly=60, slow=60)),
        Create(32.712, Side.A, "r1", (("Title", "one"), ("State", "Active"))),
        Sicken(38.837, Side.A, Rates(after=60)),
        Revoke(49.864, Side.B),
    )
    ordered = tuple(sorted(steps, key=lambda it: it.at))
    lived = tried(History(16004797, Facts(), slow, (one_way,), 3, 114.0, ordered), lambda _: Engine())
    refused = [it for it in lived.lived.trackers[Side.B].requests if it.answer == CredentialRejected.code]
    assert len(refused) == 4
    assert lived.verdicts == ()
