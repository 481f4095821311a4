"""Plausible tickets of an invented company."""

from datetime import timedelta
from random import Random

from syncline_sandbox.clock import Now, real_now, standing
from syncline_sandbox.zendesk.fields import COMPONENTS, CUSTOMER, OUTAGE, PRODUCT, SEATS
from syncline_sandbox.zendesk.helpdesk import Helpdesk

PARTS = ("Checkout", "Invoices", "Search", "Sign-in", "Order history", "Newsletter", "Delivery", "Vouchers")
FAILURES = ("shows an error", "is slow", "loses what was typed", "can't be reached", "forgets the language")
CUSTOMERS = ("Contoso", "Northwind Traders", "Woodgrove Bank", "Tailspin Toys")
SPREAD = timedelta(days=40)


def helpdesk(seed: int = 1, count: int = 60, now: Now = real_now) -> Helpdesk:
    made, random = Helpdesk(seed, now), Random(seed)
    desk, clock = made.desk, made.clock
    finish, begin = clock.real, clock.real() - SPREAD
    agents = [it for it in desk.users if it.role == "agent" and not it.suspended]
    for number in range(count):
        clock.real = standing(begin + SPREAD * (number / count))
        part, failure = PARTS[number % 8], FAILURES[(number // 8) % 5]
        by = random.choice(agents)
        given = {
            "subject": f"{part} {failure}",
            "type": random.choice(("incident", "problem", "question")),
            "priority": random.choice(("low", "normal", "high", "urgent")),
            "status": random.choice(("new", "open", "open", "pending", "solved")),
            "assignee_id": random.choice((by.id, None)),
            "requester_id": random.choice((900000000005, 900000000006)),
            "custom_fields": {
                CUSTOMER: random.choice(CUSTOMERS),
                PRODUCT: random.choice(("web_shop", "mobile_app")),
                COMPONENTS: random.choice((["checkout"], ["checkout", "search"], [])),
                SEATS: random.randint(1, 500),
                OUTAGE: random.random() < 0.1,
            },
        }
        said = {"body": f"A customer called: {part} {failure}. It began this morning."}
        stored, _ = made.writing.add(given, said, None, by)
        if number % 4 == 0:
            made.writing.change(stored, {}, {"body": "Asked the vendor.", "public": False}, None, by)
    clock.real = finish
    made.ledger.effects.clear()
    return made
