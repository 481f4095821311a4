"""The demo's company: people of a few teams, with what they can be reached by."""

from datetime import timedelta
from random import Random

from syncline_sandbox.clock import Now, real_now, standing
from syncline_sandbox.xmatters.company import Company
from syncline_sandbox.xmatters.documents import KINDS
from syncline_sandbox.xmatters.foundation import SITES

TEAMS = ("Service Desk", "Network", "Payments", "Platform")
POSTS = ("Triage", "Escalation", "Night Shift", "Change Desk", "Monitoring", "Release", "Storage", "Identity")
SPREAD = timedelta(days=40)
BY = "administrator"


def company(seed: int = 1, count: int = 60, now: Now = real_now) -> Company:
    """Nobody is named: people are the posts that they hold."""
    made = Company(seed, now)
    random, begin = Random(seed), now() - SPREAD
    made.clock.real = standing(begin)
    made.settle()
    lead = made.recipients.named("people", "team.lead", BY)
    for team in TEAMS:
        given = {"targetName": team, "description": f"{team}, around the clock", "supervisors": [lead.id]}
        made.recipients.make(KINDS["groups"], given, BY)
    for number in range(count):
        made.clock.real = standing(begin + SPREAD * (number / count))
        team, post = TEAMS[number % 4], POSTS[(number // 4) % 8]
        _person(made, random, f"{team} {post}", number, lead.id)
    made.clock.real = now
    made.ledger.effects.clear()
    return made


def _person(made: Company, random: Random, name: str, number: int, lead: str) -> None:
    login = f"{name.lower().replace(' ', '.')}.{number + 1}"
    given = {
        "targetName": login,
        "firstName": name,
        "lastName": f"Desk {number + 1}",
        "roles": ["Standard User"],
        "site": random.choice(tuple(SITES)),
        "status": "INACTIVE" if number % 11 == 10 else "ACTIVE",
        "licenseType": "STAKEHOLDER_USER" if number % 7 == 6 and number < 300 else "FULL_USER",
        "supervisors": [lead] if number % 3 == 0 else [],
        "properties": {"Cost Centre": f"{random.randint(100, 999)}"},
    }
    person = made.recipients.make(KINDS["people"], given, BY)
    mail = {"deviceType": "EMAIL", "name": "Work Email", "owner": person.id}
    made.recipients.make(KINDS["devices"], {**mail, "emailAddress": f"{login}@fabrikam.example"}, BY)
