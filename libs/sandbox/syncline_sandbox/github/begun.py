"""An invented organization's repositories and the issues in them: what the demo shows and benchmarks begin with."""

from datetime import timedelta
from random import Random

from syncline_sandbox.clock import Now, real_now, standing
from syncline_sandbox.github.hub import Hub
from syncline_sandbox.github.repositories import Repo
from syncline_sandbox.github.work import PULLS

OWNER = "fabrikam-sandbox"
PEOPLE = ("triage-desk", "platform-desk", "payments-desk")
LABELS = {"bug": "d73a4a", "customer": "0e8a16", "enhancement": "a2eeef", "regression": "b60205"}
MILESTONES = ["Release 7", "Release 8"]
PARTS = ("Checkout", "Invoice export", "Search", "Sign-in", "Order history", "Newsletter", "Vouchers")
FAILURES = (
    "shows an error after the update",
    "loses what was typed",
    "sends every message twice",
    "is slow with more than 500 lines",
    "forgets the language",
)
BODY = "### What happened\n\n{part} {failure}.\n\n- [ ] Seen in production\n- [ ] A customer waits for it"
SPREAD = timedelta(days=40)


def repositories() -> list[Repo]:
    return [
        Repo(501, OWNER, "shop", labels=dict(LABELS), milestones=list(MILESTONES)),
        Repo(502, OWNER, "app", private=False, labels=dict(LABELS), milestones=list(MILESTONES)),
    ]


def hub(seed: int = 1, count: int = 60, now: Now = real_now) -> Hub:
    """Evenly spread over the last forty days; among them a few pull requests, which are nobody's issues."""
    made = Hub(seed, now, repositories())
    random, goes_on = Random(seed), made.clock.real
    begin = goes_on() - SPREAD
    for number in range(count):
        made.clock.real = standing(begin + SPREAD * (number / count))
        repository = made.work.repositories[number % 3 == 2]
        part, failure, by = PARTS[number % 7], FAILURES[(number // 7) % 5], random.choice(PEOPLE)
        values = {
            "title": f"{part} {failure}",
            "body": BODY.format(part=part, failure=failure),
            "labels": random.sample(sorted(LABELS), random.randint(0, 2)),
            "assignees": random.sample(PEOPLE, random.randint(0, 1)),
            "milestone": random.choice((None, None, 1, 2)),
            "type": random.choice((None, "Bug", "Task")),
        }
        stored = made.writing.add(repository, values, by)
        if number % 3 == 1:
            made.writing.change(stored, {"state": "closed", "state_reason": "completed"}, by)
        if number % 4 == 0:
            made.discussion.add(stored, "Seen again today.", random.choice(PEOPLE))
        if number % 10 == 9:
            made.writing.add(repository, {"title": f"Mend: {part}"}, by, PULLS)
    made.clock.real = goes_on
    made.ledger.effects.clear()
    return made
