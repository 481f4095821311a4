"""Plausible cases of an invented company."""

from datetime import timedelta
from random import Random

from syncline_sandbox.clock import real_now, standing
from syncline_sandbox.salesforce.organisation import Organisation

DESK = "service.desk@contoso.example"
PARTS = ("Checkout", "Invoice export", "Search", "Sign-in", "Order history", "Vouchers")
FAILURES = ("shows an error", "is slow", "loses what was typed", "forgets the language", "stops at 99 %")
SPREAD = timedelta(days=40)


def organisation(seed: int = 1, count: int = 60) -> Organisation:
    made, random = Organisation(seed), Random(seed)
    begin = real_now() - SPREAD
    queues = [it.id for it in made.store.records.values() if it.stream == "Group"]
    for number in range(count):
        at = begin + SPREAD * (number / count)
        made.clock.real = standing(at)
        part, failure = PARTS[number % 6], FAILURES[(number // 6) % 5]
        values = {
            "Subject": f"{part} {failure}",
            "Description": f"A customer wrote: {part} {failure}. It began this morning.",
            "Status": random.choice(("New", "New", "Working", "Working", "Escalated", "Closed")),
            "Priority": random.choice(("High", "Medium", "Low")),
            "Origin": random.choice(("Phone", "Email", "Web")),
            "Region__c": random.choice(("North", "South", None)),
            "OwnerId": random.choice(queues),
        }
        stored = made.create("Case", values, DESK)
        if number % 4 == 0:
            comment = {"ParentId": stored.id, "CommentBody": "Asked the customer.", "IsPublished": True}
            made.create("CaseComment", comment, DESK)
    made.clock.real = real_now
    made.ledger.effects.clear()
    return made
