"""Invented people who work in both systems now and then, as the demo's visitors would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from syncline_sandbox.azure_devops.organisation import Organisation
from syncline_sandbox.calls import Refused
from syncline_sandbox.demo import CUSTOMERS, FAILURES, PARTS, PROJECTS, STEPS
from syncline_sandbox.servicenow.instance import Instance
from syncline_sandbox.store import Stored
from syncline_sandbox.vendor import Vendor

WEB = PROJECTS[0]
DEVELOPERS = ("triage@fabrikam.example", "platform@fabrikam.example", "payments@fabrikam.example")
DESKS = ("service.desk", "network.desk")
MOST, NEW = (
    1_000,
    20,
)  # things done altogether, of which so many are new records of a side: nothing grows for ever
CALM = 30  # things done since the start, after which the pauses are twice as long
EACH = 0.1  # of the things done, that are new records
Values = dict[str, Any]


@dataclass(slots=True)
class Colleagues:
    """With all that they work on: who keeps them keeps both systems."""

    boards: Organisation
    instance: Instance
    random: Random = field(default_factory=lambda: Random(1))
    done: int = 0
    made: int = 0

    def act(self) -> Stored | None:
        """One thing, in one of the systems; None if they have done enough, or it could not be done."""
        if self.done >= MOST:
            return None
        self.done += 1
        vendor, edit, create = self.random.choice(
            ((self.boards, self._bug, self._new_bug), (self.instance, self._incident, self._new_incident))
        )
        if self.made < 2 * NEW and self.random.random() < EACH:
            self.made += 1
            return create()
        return self._edited(vendor, edit)

    def pause(self, every: float, begun: int) -> float:
        """Seconds until the next, about `every`; longer and longer the more was done since the start."""
        return every * self.random.uniform(0.5, 1.5) * (1 + begun / CALM)

    def _edited(self, vendor: Vendor, edit: Callable[[Stored], tuple[Values, str]]) -> Stored | None:
        """Most of all what was touched last: people come back to what they work on."""
        theirs = [it for it in vendor.store.records.values() if it.deleted_at is None and _is_work(it)]
        if not theirs:
            return None
        newest = sorted(theirs, key=lambda it: it.latest.sequence)
        stored = self.random.choice(newest[-8:] if self.random.random() < 0.5 else newest)
        values, by = edit(stored)
        try:
            vendor.edit(stored.id, values, by)
        except Refused:  # of what visitors made of it; there is other work
            return None
        return stored

    def _bug(self, stored: Stored) -> tuple[Values, str]:
        choose, by = self.random.choice, self.random.choice(DEVELOPERS)
        state = {"New": "Active", "Active": "Resolved", "Resolved": "Closed", "Closed": "Active"}
        edits: tuple[Values, ...] = (
            {"System.State": state[stored.values["System.State"]]},
            {"System.AssignedTo": choose(DEVELOPERS[:2])},
            {"Microsoft.VSTS.Common.Severity": choose(("2 - High", "3 - Medium", "4 - Low"))},
            {"System.Title": self._titled(stored)},
        )
        return choose(edits), by

    def _incident(self, stored: Stored) -> tuple[Values, str]:
        choose, by = self.random.choice, self.random.choice(DESKS)
        state = {"1": "2", "2": "6", "3": "2", "6": "7", "7": "2"}.get(stored.values["state"], "2")
        resolved = {"close_code": "Solution provided", "close_notes": "The last change was taken back."}
        edits: tuple[Values, ...] = (
            {"state": state, **(resolved if state in "67" else {})},
            {"assigned_to": self._person(choose(DESKS))},
            {"urgency": choose("123")},
            {"short_description": self._titled(stored)},
        )
        return choose(edits), by

    def _new_bug(self) -> Stored:
        title, part, failure = self._trouble()
        values = {
            "System.AreaPath": f"{WEB.name}\\{self.random.choice(WEB.areas)}",
            "System.Title": title,
            "Microsoft.VSTS.TCM.ReproSteps": STEPS.format(part=part, failure=failure),
            "Custom.Customer": self.random.choice(CUSTOMERS),
        }
        return self.boards.create("Bug", values, self.random.choice(DEVELOPERS))

    def _new_incident(self) -> Stored:
        title, _, _ = self._trouble()
        by = self.random.choice(DESKS)
        values = {
            "short_description": title,
            "description": f"A customer called: {title}. It began this morning.",
            "urgency": self.random.choice("123"),
            "caller_id": self._person(by),
        }
        return self.instance.create("incident", values, by)

    def _trouble(self) -> tuple[str, str, str]:
        part, failure = self.random.choice(PARTS), self.random.choice(FAILURES)
        return f"{part} {failure}", part, failure

    def _titled(self, stored: Stored) -> str:
        """For which customer, said anew: it never gets longer."""
        title = stored.values.get("System.Title") or stored.values.get("short_description") or "Untitled"
        return f"{title.partition(', for ')[0]}, for {self.random.choice(CUSTOMERS)}"

    def _person(self, name: str) -> str:
        rows = self.instance.store.records.values()
        return next(it.id for it in rows if it.stream == "sys_user" and it.values.get("user_name") == name)


def _is_work(stored: Stored) -> bool:
    """What the demo's connection is about."""
    return stored.stream == "incident" or (
        stored.stream == "Bug" and stored.values["System.TeamProject"] == WEB.name
    )
