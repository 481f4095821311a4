"""Invented companies with plausible work: what the demo shows and benchmarks begin with."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from syncline_sandbox.azure_devops.boards import Project
from syncline_sandbox.azure_devops.organisation import Organisation
from syncline_sandbox.clock import Now, real_now
from syncline_sandbox.servicenow.instance import Instance

PROJECTS = (
    Project("10000000-0000-4000-8000-000000000001", "Fabrikam Web", ("Checkout", "Search", "Accounts")),
    Project("10000000-0000-4000-8000-000000000002", "Fabrikam Mobile", ("Android", "iOS")),
)
PARTS = (
    "Checkout",
    "Invoice export",
    "Search",
    "Sign-in",
    "Order history",
    "Newsletter",
    "Delivery dates",
    "Vouchers",
)
FAILURES = (
    "shows an error after the update",
    "is slow for customers in Norway",
    "loses what was typed",
    "sends every message twice",
    "shows prices without tax",
    "can't be reached from the partner portal",
    "forgets the language",
    "stops at 99 %",
)
STEPS = "<ol><li>Sign in as a customer.</li><li>Open <b>{part}</b>.</li><li>It {failure}.</li></ol>"
CUSTOMERS = ("Contoso", "Northwind Traders", "Woodgrove Bank", "Tailspin Toys")
SPREAD = timedelta(days=40)


def organisation(seed: int = 1, count: int = 60, now: Now = real_now) -> Organisation:
    made = Organisation(seed, now, PROJECTS)
    random, boards = Random(seed), made.boards
    at, finish = _spread(made.clock.real, count)
    for number in range(count):
        made.clock.real = at(number)
        part, failure = PARTS[number % 8], FAILURES[(number // 8) % 8]
        project = PROJECTS[number % 3 == 2]
        by = random.choice(boards.accounts[5:]).name
        stamp = boards.now_text()
        boards.last_id += 1
        values = {
            "System.TeamProject": project.name,
            "System.WorkItemType": "Bug",
            "System.AreaPath": f"{project.name}\\{random.choice(project.areas)}",
            "System.IterationPath": project.name,
            "System.Title": f"{part} {failure}",
            "System.State": random.choice(("New", "New", "Active", "Active", "Resolved", "Closed")),
            "System.Reason": "New",
            "System.AssignedTo": random.choice((*(it.name for it in boards.accounts[5:]), None)),
            "System.CreatedDate": stamp,
            "System.CreatedBy": by,
            "System.ChangedDate": stamp,
            "System.ChangedBy": by,
            "System.CommentCount": 0,
            "System.Tags": random.choice((None, "customer", "customer; regression", "release 7")),
            "Microsoft.VSTS.Common.Priority": random.randint(1, 4),
            "Microsoft.VSTS.Common.Severity": random.choice(("2 - High", "3 - Medium", "4 - Low")),
            "Microsoft.VSTS.Common.StateChangeDate": stamp,
            "Microsoft.VSTS.TCM.ReproSteps": STEPS.format(part=part, failure=failure),
            "Custom.Customer": random.choice(CUSTOMERS),
        }
        stored = made.store.add("Bug", str(boards.last_id), values, by)
        if number % 4 == 0:
            made.writing.change(stored, {"System.History": "<p>Seen again today.</p>"}, by, boards.now_text())
    made.clock.real = finish
    made.ledger.effects.clear()
    return made


def instance(seed: int = 1, count: int = 60, now: Now = real_now) -> Instance:
    made = Instance(seed, now)
    random, store, tables = Random(seed), made.store, made.tables
    rows = list(store.records.values())
    companies = [it.id for it in rows if it.stream == "core_company"]
    groups = [it.id for it in rows if it.stream == "sys_user_group"]
    desk = next(it.id for it in rows if it.values.get("user_name") == "service.desk")
    at, finish = _spread(made.clock.real, count)
    for number in range(count):
        made.clock.real = at(number)
        part, failure = PARTS[(number + 3) % 8], FAILURES[(number // 8) % 8]
        values = {
            "short_description": f"{part} {failure}",
            "description": f"A customer called: {part} {failure}. It began this morning.",
            "state": random.choice(("1", "1", "2", "2", "3", "6")),
            "hold_reason": "1",
            "close_code": "Solution provided",
            "close_notes": "The last change was taken back.",
            "impact": random.choice("123"),
            "urgency": random.choice("123"),
            "category": random.choice(("inquiry", "software", "network")),
            "company": random.choice(companies),
            "assignment_group": random.choice(groups),
            "caller_id": desk,
        }
        stored = tables.insert("incident", values, "service.desk")
        if number % 4 == 0:
            tables.change(stored, {}, {"work_notes": "Asked the vendor."}, "service.desk")
    made.clock.real = finish
    made.ledger.effects.clear()
    return made


def _spread(now: Now, count: int) -> tuple[Callable[[int], Now], Now]:
    """Clocks that stand at evenly spread times of the past, and the one that goes on afterwards."""
    begin = now() - SPREAD

    def at(number: int) -> Now:
        moment = begin + SPREAD * (number / count)
        return lambda: moment

    return at, now
