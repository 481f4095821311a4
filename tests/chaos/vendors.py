"""Two simulated vendors, and what people see in them and do there."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from chaos.shared_clock import SharedClock
from sandbox.desk import BoardsDesk, InstanceDesk
from syncline_sandbox.azure_devops.organisation import Organisation
from syncline_sandbox.ledger import Effect
from syncline_sandbox.servicenow.instance import Instance
from syncline_sandbox.vendor import Vendor

Shown = tuple[str, str | None]  # title, customer
SOMEBODY_ELSE = "sandbox-pat-administrator"  # than Syncline, whose token may have been revoked
EDITABLE = {"System.Title", "Custom.Customer", "short_description", "u_vendor_ticket"}


@dataclass(frozen=True)
class Vendors:
    boards: Organisation
    instance: Instance

    @property
    def both(self) -> tuple[Organisation, Instance]:
        return self.boards, self.instance

    def copied(self, clock: SharedClock) -> "Vendors":
        """As they are now, going by `clock` from now on."""
        them = Vendors(*copy.deepcopy(self.both))
        for it in them.both:
            it.clock.real = clock.now
        return them

    def bugs(self) -> dict[str, Shown]:
        """By id, as of incidents."""
        there = [it for it in self.boards.store.records.values() if it.stream == "Bug"]
        return {it.id: (str(it.values["System.Title"]), it.values.get("Custom.Customer")) for it in there}

    def incidents(self) -> dict[str, Shown]:
        there = [it for it in self.instance.store.records.values() if it.stream == "incident"]
        return {
            it.id: (str(it.values["short_description"]), it.values.get("u_vendor_ticket")) for it in there
        }

    def make_bug(self, title: str, customer: str) -> None:
        BoardsDesk(SOMEBODY_ELSE, self.boards).create(title, Custom__Customer=customer)

    def make_incident(self, title: str, customer: str) -> None:
        InstanceDesk(vendor=self.instance).create(short_description=title, u_vendor_ticket=customer)

    def edit_bug(self, id: str, title: str | None = None, customer: str | None = None) -> None:
        given = {"System.Title": title, "Custom.Customer": customer}
        values = {name: it for name, it in given.items() if it is not None}
        self.boards.edit(id, values, self.boards.boards.accounts[5].name)

    def edit_incident(self, id: str, title: str | None = None, customer: str | None = None) -> None:
        given = {"short_description": title, "u_vendor_ticket": customer}
        values = {name: it for name, it in given.items() if it is not None}
        self.instance.edit(id, values, "service.desk")


def by_us(vendor: Vendor, since: int) -> Sequence[Effect]:
    """What Syncline did there, from the effect of this number on."""
    by_hand = {it.number for it in vendor.ledger.requests if it.operation == "by hand"}
    effects = vendor.ledger.effects[since:]
    return [it for it in effects if it.request is not None and it.request not in by_hand]
