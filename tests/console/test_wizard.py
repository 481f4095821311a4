"""The five steps, and what has to be true to go on from each. Expectations are A2 to A9 of the product's lists."""

from datetime import timedelta
from uuid import UUID

import pytest

from console.named import BOARDS, DESK, ID, KINDS, NOON, filled, named
from syncline_console.client.views import Check, Connection, Problem
from syncline_console.wizard.candidate import EXPIRED, Candidate, fields_of, split
from syncline_console.wizard.wizard import STEPS, Wizard, taken


def test_the_steps_are_these_five() -> None:
    assert list(STEPS.values()) == ["System A", "System B", "Name", "Review", "Progress"]


@pytest.mark.parametrize(
    ("it", "why_not"),
    [
        (Candidate(), "Enter an address first"),
        (named(BOARDS), "Check the authentication first"),
        (named(BOARDS, proven=True), None),
        (named(BOARDS, "in_network"), None),
        (named(BOARDS, "in_other_network"), None),
        (named(BOARDS, "unknown"), "No system was found under this address"),
        (named(BOARDS, "not_installed"), "No system was found under this address"),
    ],
    ids=["empty", "new", "proven", "in network", "elsewhere", "unknown", "not installed"],
)
def test_next_is_open_only_after_a_passed_check_or_where_none_is_needed(
    it: Candidate, why_not: str | None
) -> None:
    assert it.why_not(NOON) == why_not


def test_a_failed_check_opens_nothing_and_forgets_an_earlier_one() -> None:
    it = named(BOARDS, proven=True)
    it.checked(Check(ok=False, problems=[Problem(code="scope_missing", message="May not write")]), NOON)
    assert it.why_not(NOON) == "Check the authentication first"
    assert [problem.code for problem in it.problems] == ["scope_missing"]


def test_another_address_closes_it_again() -> None:
    it = named(BOARDS, proven=True)
    it.look(DESK, None)
    assert it.proof is None and not it.ready(NOON)


def test_a_proof_ends_before_the_ticket_does() -> None:
    it = named(BOARDS, proven=True)
    assert it.ready(NOON + timedelta(minutes=28))
    assert it.why_not(NOON + timedelta(minutes=29)) == EXPIRED


def test_what_is_known_goes_by_its_id_and_what_is_new_by_its_ticket() -> None:
    assert named(BOARDS, "in_network").as_end() == {"system_id": ID}
    assert named(BOARDS, "in_other_network").as_end() == {"system_id": ID}
    assert named(BOARDS, proven=True).as_end() == {"url": BOARDS, "ticket": "slt_1"}


def test_a_system_is_not_connected_with_itself_unless_it_has_projects() -> None:
    boards = Wizard(a=named(BOARDS, proven=True), b=named(BOARDS, proven=True))
    desk = Wizard(a=named(DESK, proven=True), b=named(DESK, proven=True))
    assert boards.doubled(KINDS) is None
    assert "A ServiceNow system has no projects" in (desk.doubled(KINDS) or "")
    assert desk.first_open(NOON, KINDS) == "system-b"


@pytest.mark.parametrize(
    ("wizard", "first"),
    [
        (Wizard(), "system-a"),
        (Wizard(a=named(BOARDS, proven=True)), "system-b"),
        (Wizard(a=named(BOARDS, proven=True), b=named(DESK)), "system-b"),
        (Wizard(a=named(BOARDS, proven=True), b=named(DESK, proven=True)), "name"),
        (filled(), "review"),
        (filled().model_copy(update={"name_problem": "taken"}), "name"),
        (filled().model_copy(update={"connection_id": UUID(ID)}), "progress"),
    ],
    ids=["nothing", "a", "b unproven", "b", "all", "name taken", "made"],
)
def test_no_step_is_seen_before_those_before_it_are_done(wizard: Wizard, first: str) -> None:
    order = list(STEPS)
    assert wizard.first_open(NOON, KINDS) == first
    seen = {step for step in order if wizard.may_see(step, NOON, KINDS)}
    assert seen == ({"progress"} if first == "progress" else set(order[: order.index(first) + 1]))


@pytest.mark.parametrize(
    ("name", "urls", "is_taken"),
    [
        ("Bugs", (BOARDS, DESK), True),
        ("bUGS", (DESK, BOARDS), True),
        ("  Bugs ", (BOARDS, DESK), True),
        ("Bugs 2", (BOARDS, DESK), False),
        ("Bugs", (BOARDS, "https://other.service-now.com"), False),
    ],
)
def test_a_name_is_unique_between_two_systems_whatever_their_order(
    name: str, urls: tuple[str, str], is_taken: bool
) -> None:
    ends = {side: {"kind": "x", "url": url} for side, url in zip("ab", urls, strict=True)}
    facts = {"id": ID, "network_id": ID, "name": "Bugs", "state": "building", "created_at": NOON, **ends}
    assert taken(name, filled(), [Connection.model_validate(facts)]) is is_taken


def test_secrets_are_sent_and_not_kept() -> None:
    scheme = {
        "scheme": "basic",
        "label": "Basic",
        "fields": [
            {"name": "username", "label": "User name"},
            {"name": "password", "label": "Password", "secret": True},
        ],
    }
    kind = KINDS["servicenow"].model_validate({"kind": "x", "label": "X", "auth": [scheme]})
    sent = {"username": "ada", "password": "secret", "other": "x"}
    given, kept = split(fields_of(kind, "basic"), sent)
    assert given == {"username": "ada", "password": "secret"} and kept == {"username": "ada"}
