"""What is decided of a pair, by hand: every state of a link, and of the intent that may have made one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncline_common.schemas.connector import RepeatClass, StreamTraits
from syncline_common.schemas.values import Side
from syncline_sync_worker.domain.intent import IntentState
from syncline_sync_worker.domain.link import LinkState
from syncline_sync_worker.engine.operations import Conflict, Write
from syncline_sync_worker.work.decide import Change, Decision, LookUp, Make, decide
from syncline_sync_worker.work.results import Result, Sight
from work.pairs import MARKER, NOW, REFS, intent, linked, rules, traits, unlinked

IN_STEP = ({"Title": "x", "State": "New"}, {"short": "x", "state": "1"})
MINUTE = timedelta(minutes=1)


def decided(sight: Sight, known: dict[Side, StreamTraits] | None = None) -> Decision:
    return decide(sight, MARKER, known or traits(), NOW)


def result(sight: Sight, known: dict[Side, StreamTraits] | None = None) -> Result:
    found = decided(sight, known)
    assert isinstance(found, Result), found
    return found


class TestNotLinked:
    def test_it_is_made_on_the_other_side(self) -> None:
        made = decided(unlinked())
        assert isinstance(made, Make)
        assert (made.marker, made.creation.values) == (MARKER, {"short": "x", "state": "1"})

    def test_what_is_gone_is_not(self) -> None:
        assert result(unlinked(records={})).action == "ignored"

    @pytest.mark.parametrize("flow", [{"creates": "none"}, {"creates": "in_a"}, {"direction": "b_to_a"}])
    def test_nothing_is_made_where_nothing_may_be(self, flow: dict[str, str]) -> None:
        assert "nothing is created on side b" in result(unlinked(flow=rules(**flow))).reason

    def test_a_filter_leaves_it_out(self) -> None:
        flow = rules(a={"stream": "Bug", "filter": "record.State == 'Done'"})
        assert result(unlinked(flow=flow)).action == "ignored"
        assert isinstance(decided(unlinked(values={"Title": "x", "State": "Done"}, flow=flow)), Make)

    def test_a_filter_that_was_not_given_its_field_decides_nothing(self) -> None:
        flow = rules(a={"stream": "Bug", "filter": "record.State == 'Done'"})
        it = result(unlinked(values={"Title": "x"}, flow=flow))
        assert it.trouble is not None and it.trouble.cause == "filter"

    def test_a_value_without_a_partner_sets_it_aside_and_is_named(self) -> None:
        it = result(unlinked(values={"Title": "x", "State": "Odd"}))
        assert it.action == "set_aside" and it.trouble is not None and "'Odd'" in it.trouble.hint
        assert it.due is not None and it.due > NOW

    def test_a_required_field_that_nothing_fills_sets_it_aside(self) -> None:
        flow = rules(fields=[{"a": "State", "b": "state", "values": {"New": "1"}}])
        it = result(unlinked(flow=flow))
        assert it.trouble is not None and it.trouble.cause == "missing:short"


class TestSentBefore:
    @pytest.mark.parametrize("state", [IntentState.SENT, IntentState.UNKNOWN])
    def test_it_is_looked_up_and_not_sent_again(self, state: IntentState) -> None:
        found = decided(unlinked(intents={MARKER: intent(state)}))
        assert isinstance(found, LookUp)

    def test_but_not_before_a_search_can_be_trusted(self) -> None:
        it = result(unlinked(intents={MARKER: intent(not_before=NOW + MINUTE)}))
        assert (it.due, it.counts_attempt) == (NOW + MINUTE, False)

    @pytest.mark.parametrize("repeats", [RepeatClass.K1, RepeatClass.K2])
    def test_also_if_its_record_has_gone_since(self, repeats: RepeatClass) -> None:
        gone = unlinked(records={}, intents={MARKER: intent()})
        assert isinstance(decided(gone, traits(creates=repeats)), LookUp)
        early = unlinked(records={}, intents={MARKER: intent(not_before=NOW + MINUTE)})
        assert result(early, traits(creates=repeats)).due == NOW + MINUTE
        absent = unlinked(records={}, intents={MARKER: intent(IntentState.ABSENT)})
        assert result(absent).action == "ignored"

    @pytest.mark.parametrize("repeats", [RepeatClass.K1, RepeatClass.K2])
    def test_also_if_its_record_has_left_the_flow_since(self, repeats: RepeatClass) -> None:
        left = rules(creates="none")
        sent = unlinked(flow=left, intents={MARKER: intent()})
        assert isinstance(decided(sent, traits(creates=repeats)), LookUp)
        assert result(unlinked(flow=left, intents={MARKER: intent(IntentState.ABSENT)})).action == "ignored"

    def test_absent_it_is_sent_anew(self) -> None:
        assert isinstance(decided(unlinked(intents={MARKER: intent(IntentState.ABSENT)})), Make)

    def test_where_the_vendor_refuses_repetitions_it_is_simply_sent(self) -> None:
        sight = unlinked(intents={MARKER: intent(not_before=NOW + MINUTE)})
        assert isinstance(decided(sight, traits(creates=RepeatClass.K1)), Make)

    def test_unless_keys_would_find_the_copy_that_is_not_linked_yet(self) -> None:
        keyed = rules(identity={"policy": "match_or_create", "keys": ["Title"]})
        sight = unlinked(flow=keyed, intents={MARKER: intent()})
        assert isinstance(decided(sight, traits(creates=RepeatClass.K1)), LookUp)

    def test_where_nothing_can_be_looked_up_a_person_decides(self) -> None:
        it = result(unlinked(intents={MARKER: intent()}), traits(creates=RepeatClass.K3))
        assert it.trouble is not None and it.trouble.kind == "unknown_outcome" and it.due is None

    def test_done_meanwhile_it_looks_for_its_link_but_not_for_ever(self) -> None:
        sight = unlinked(intents={MARKER: intent(IntentState.DONE)})
        assert (result(sight).due, result(sight).counts_attempt) == (NOW, True)
        tired = replace(sight, pair=replace(sight.pair, attempts=3))
        assert (result(tired).due, result(tired).action) == (None, "ignored")


class TestACopyOfOurs:
    """A record on side b that bears the mark of a create for a record of a."""

    def sight(self, state: IntentState, made: str | None = None) -> Sight:
        it = unlinked(Side.B, intents={MARKER: intent(state, made_id=made, not_before=NOW + MINUTE)})
        return replace(it, records={Side.B: replace(it.records[Side.B], marker=MARKER)})

    @pytest.mark.parametrize("state", [IntentState.SENT, IntentState.UNKNOWN])
    def test_is_not_created_back(self, state: IntentState) -> None:
        assert result(self.sight(state)).due == NOW + MINUTE

    def test_is_looked_for_among_the_links(self) -> None:
        assert result(self.sight(IntentState.DONE, "9")).due == NOW

    def test_a_clone_of_it_is_a_record_of_its_own(self) -> None:
        made = decide(self.sight(IntentState.DONE, "8"), "sl-another", traits(), NOW)
        assert isinstance(made, Make)

    def test_may_it_be_one_that_nobody_can_look_up_a_person_decides(self) -> None:
        it = result(unlinked(Side.B, suspects=[intent(sent_at=NOW - timedelta(hours=2))]))
        assert it.trouble is not None and it.trouble.cause == "may_be_a_copy"

    def test_while_that_one_is_being_made_nobody_is_asked(self) -> None:
        asked = intent(sent_at=NOW - timedelta(hours=2), not_before=NOW + MINUTE)
        it = result(unlinked(Side.B, suspects=[asked]))
        assert (it.trouble, it.due, it.counts_attempt) == (None, NOW + timedelta(seconds=5), False)
        nobody_answered = replace(asked, state=IntentState.UNKNOWN)
        assert result(unlinked(Side.B, suspects=[asked, nobody_answered])).trouble is not None

    def test_one_that_was_taken_for_an_original_before_is_settled_as_such(self) -> None:
        """Else each of the two would wait for the other: its copy bears the mark of what is not settled."""
        mine = intent(side=Side.B, record=REFS[Side.B])
        sight = unlinked(Side.B, suspects=[intent(sent_at=NOW - timedelta(hours=2))], intents={MARKER: mine})
        assert isinstance(decided(sight), LookUp)

    def test_older_than_the_request_it_is_none(self) -> None:
        assert isinstance(decided(unlinked(Side.B, suspects=[intent(sent_at=NOW)])), Make)


class TestLinked:
    def test_in_step_nothing_is_planned(self) -> None:
        found = decided(linked(*IN_STEP))
        assert isinstance(found, Change) and found.plan.operations == ()

    def test_the_difference_is_written(self) -> None:
        found = decided(linked({"Title": "y", "State": "New"}, IN_STEP[1]))
        assert isinstance(found, Change) and found.plan.values(Side.B) == {"short": "y"}

    def test_clocks_are_compared_as_if_they_were_right(self) -> None:
        """b's clock is ten minutes fast, so its later stamp is an earlier edit."""
        sight = linked({"Title": "y", "State": "New"}, {"short": "z", "state": "1"})
        late = replace(sight.records[Side.B], changed_at=NOW + 5 * MINUTE)
        fast = replace(sight, records={**sight.records, Side.B: late})
        found = decided(fast, traits(clock_offset=10 * MINUTE))
        assert isinstance(found, Change)
        (conflict,) = [it for it in found.plan.operations if isinstance(it, Conflict)]
        assert conflict.winner is Side.A

    @pytest.mark.parametrize("gone", Side)
    def test_one_that_is_gone_is_an_issue_and_nothing_is_deleted(self, gone: Side) -> None:
        values = {side: None if side is gone else it for side, it in zip(Side, IN_STEP, strict=True)}
        it = result(linked(values[Side.A], values[Side.B]))
        assert it.trouble is not None and it.trouble.cause == f"gone:{gone}"
        assert it.link is not None and (it.link.state, it.link.missing_since) == (LinkState.MISSING, NOW)

    def test_released_it_is_left_alone(self) -> None:
        link = linked(*IN_STEP).link
        assert link is not None
        assert result(linked(*IN_STEP, replace(link, state=LinkState.RELEASED))).action == "ignored"

    @pytest.mark.parametrize(("choice", "action"), [("keep", None), ("release", "ignored")])
    def test_what_left_the_filter_is_kept_or_released(self, choice: str, action: str | None) -> None:
        flow = rules(a={"stream": "Bug", "filter": "record.State == 'Done'"}, left_filter=choice)
        found = decided(linked(*IN_STEP, flow=flow))
        if action is None:
            assert isinstance(found, Change)
        else:
            assert isinstance(found, Result) and found.link is not None
            assert found.link.state is LinkState.RELEASED

    def test_a_value_without_a_partner_holds_the_whole_record(self) -> None:
        it = result(linked({"Title": "y", "State": "Odd"}, IN_STEP[1]))
        assert it.action == "set_aside" and it.link is None

    def test_a_field_that_was_not_read_is_not_written(self) -> None:
        found = decided(linked({"Title": "y"}, IN_STEP[1]))
        assert isinstance(found, Change)
        assert [it.field for it in found.plan.operations if isinstance(it, Write)] == ["short"]
