"""A vendor without a bulk call takes its time: what would leave after the intents are believed to be over does not."""

from services.sync_worker.hands import Vendor, creator, in_hand, to_be_made
from services.sync_worker.stored import bug, offer
from syncline_common.db.tx import Database
from syncline_sync_worker.domain.intent import IntentState

EACH = 10.0  # seconds


async def test_the_rest_is_made_by_the_next_claim(db: Database) -> None:
    """Its lease was renewed all the while; whoever looked the late ones up would have come too early."""
    slow = Vendor(each=EACH)
    tools, hand = await in_hand(db, *(offer(bug(number)) for number in range(4)), elapsed=slow.elapsed)
    makes = to_be_made(hand)
    results = await creator(tools, hand, slow).create(makes)
    assert slow.made == [it.marker for it in makes[:3]]
    states = [it.settled and it.settled.state for it in results]
    assert states == [IntentState.DONE] * 3 + [IntentState.ABSENT]
    assert results[3].due is not None and results[3].trouble is None
