"""A system as somebody names it: an address, what was found under it, and whether its credential was proven."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from syncline_console.client.views import AuthField, Check, Kind, Lookup, Problem, VendorPage

TICKET_LIVES = timedelta(minutes=29)  # the registry keeps it for 30
KNOWN = ("in_network", "in_other_network")
EXPIRED = "The check was more than half an hour ago; check the authentication again"
CHANGED = "The address was changed; look it up first"


class Proof(BaseModel):
    """A check that passed. The ticket stands for the secret, which is not kept."""

    ticket: str
    identity: str = ""
    can_write: bool | None = None
    findings: list[str] = []
    at: datetime

    def holds(self, now: datetime) -> bool:
        return now < self.at + TICKET_LIVES


class Candidate(BaseModel):
    typed: str = ""
    chosen: str | None = None  # which kind, where the address doesn't tell
    lookup: Lookup | None = None
    trouble: str | None = None  # why there is no answer
    scheme: str = ""
    given: dict[str, str] = {}  # what was typed beside secrets
    proof: Proof | None = None
    problems: list[Problem] = []  # of the last check
    vendor_page: VendorPage | None = None  # where somebody is to sign in now
    asks: bool = False  # for a credential even if the system is known

    @property
    def kind(self) -> str | None:
        return self.lookup.kind if self.lookup else None

    @property
    def url(self) -> str:
        return (self.lookup.url if self.lookup else None) or self.typed

    @property
    def needs_credential(self) -> bool:
        if self.lookup is None:
            return False
        return self.lookup.status == "new" or (self.asks and self.lookup.status in KNOWN)

    def ready(self, now: datetime) -> bool:
        return self.why_not(now) is None

    def why_not(self, now: datetime) -> str | None:
        """Why one can't go on; nothing if one can."""
        if self.lookup is None:
            return "Enter an address first"
        if not self.needs_credential:
            return None if self.lookup.status in KNOWN else "No system was found under this address"
        if self.proof is None:
            return "Check the authentication first"
        return None if self.proof.holds(now) else EXPIRED

    def is_named(self, typed: str) -> bool:
        return self.typed == typed.strip()

    def look(self, typed: str, chosen: str | None) -> None:
        """Another address: whatever was proven, was proven for the one before."""
        self.typed, self.chosen = typed.strip(), chosen
        self.lookup = self.trouble = self.proof = None
        self.problems, self.given, self.scheme, self.vendor_page = [], {}, "", None

    def found(self, lookup: Lookup) -> None:
        self.lookup, self.trouble = lookup, None

    def refuse(self, why: str) -> None:
        self.lookup, self.trouble = None, why

    def forget_proof(self) -> None:
        self.proof, self.problems, self.vendor_page = None, [], None

    def signed_in(self, ticket: str, now: datetime) -> None:
        """At the vendor's page. What the ticket is worth the registry says when it is used."""
        self.forget_proof()
        self.proof = Proof(ticket=ticket, at=now)

    def failed(self, problem: Problem) -> None:
        self.forget_proof()
        self.problems = [problem]

    def checked(self, check: Check, now: datetime) -> None:
        self.forget_proof()
        self.problems = check.problems
        if check.ok and check.ticket:
            self.proof = Proof(
                ticket=check.ticket,
                identity=check.identity or "",
                can_write=check.can_write,
                findings=check.findings,
                at=now,
            )

    def as_end(self) -> dict[str, str]:
        """As the services want it: what is known by its id, what is new with its ticket."""
        assert self.lookup is not None
        if self.proof is None:
            return {"system_id": str(self.lookup.system_id)}
        kind = {"kind": self.chosen} if self.chosen else {}
        return {"url": self.url, "ticket": self.proof.ticket, **kind}


def fields_of(kind: Kind | None, scheme: str) -> Sequence[AuthField]:
    return next((it.fields for it in kind.auth if it.scheme == scheme), ()) if kind else ()


def split(fields: Sequence[AuthField], sent: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is sent on, and what of it may be kept."""
    given = {it.name: sent[it.name] for it in fields if sent.get(it.name)}
    return given, {it.name: given[it.name] for it in fields if it.name in given and not it.secret}
