"""What a simulated help desk begins with: plausible tickets of the last weeks, the same for the same seed."""

from random import Random

from syncline_sandbox.clock import standing
from syncline_sandbox.demo import CUSTOMERS, FAILURES, PARTS, SPREAD
from syncline_sandbox.freshworks.desk import HelpDesk

DESKS = ("service.desk@contoso.example", "network.desk@contoso.example")


def fill(desk: HelpDesk, count: int) -> None:
    random, real = Random(desk.random.random()), desk.clock.real
    begin = real() - SPREAD
    for number in range(count):
        moment = begin + SPREAD * (number / count)
        desk.clock.real = standing(moment)
        part, failure = PARTS[(number + 5) % 8], FAILURES[(number // 8) % 8]
        by = random.choice(DESKS)
        values = {
            "subject": f"{part} {failure}",
            "description": f"<div>{random.choice(CUSTOMERS)} wrote: {part} {failure}.</div>",
            "status": random.choice((2, 2, 3, 6)),
            "priority": random.choice((1, 2, 3, 4)),
            "source": random.choice((1, 2, 3)),
            "tags": random.choice(([], ["customer"], ["customer", "regression"])),
        }
        stored = desk.create("tickets", values, by)
        if number % 4 == 0:
            desk.conversations.note(stored, "<p>Seen again today.</p>", by)
    desk.clock.real = real
    desk.ledger.effects.clear()
