"""A site with plausible work: what the demo shows and benchmarks begin with."""

from datetime import timedelta
from random import Random

from syncline_sandbox.clock import real_now, standing
from syncline_sandbox.jira.adf import plain
from syncline_sandbox.jira.catalogue import PRIORITIES, PROJECTS
from syncline_sandbox.jira.site import Site

PARTS = ("Checkout", "Invoice export", "Search", "Sign-in", "Order history", "Newsletter", "Vouchers")
FAILURES = (
    "shows an error after the update",
    "is slow for customers in Norway",
    "loses what was typed",
    "sends every message twice",
    "forgets the language",
    "stops at 99 %",
)
CUSTOMERS = ("Contoso", "Northwind Traders", "Woodgrove Bank", "Tailspin Toys")
SPREAD = timedelta(days=40)


def site(seed: int = 1, count: int = 60) -> Site:
    """Bugs, two of three in the first project, spread evenly over the last weeks."""
    made = Site(seed)
    random, board, begin = Random(seed), made.board, real_now() - SPREAD
    desks = [it.name for it in board.accounts if not it.token and it.type == "atlassian"]
    for number in range(count):
        moment = begin + SPREAD * (number / count)
        made.clock.real = standing(moment)
        part, failure = PARTS[number % len(PARTS)], FAILURES[(number // 7) % len(FAILURES)]
        by = random.choice(desks)
        values = {
            "project": PROJECTS[number % 3 == 2].key,
            "summary": f"{part} {failure}",
            "description": f"A customer called: {part} {failure}.\nIt began this morning.",
            "priority": random.choice(PRIORITIES)[1],
            "assignee": random.choice((*desks, "")),
            "labels": random.choice(([], ["customer"], ["customer", "regression"])),
            "customfield_10031": random.choice(CUSTOMERS),
            "customfield_10033": random.choice(("Minor", "Major", "Critical")),
        }
        stored = made.create("Bug", values, by)
        if number % 4 == 0:
            made.discussion.keep(stored, plain("Seen again today."), board.account(by).id)
    made.clock.real = real_now
    made.ledger.effects.clear()
    return made
