"""Agents of a help desk, by their API keys, and what their roles allow."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from syncline_sandbox.calls import Call


@dataclass(frozen=True, slots=True)
class Agent:
    id: int
    name: str
    email: str
    key: str = ""  # without one, nobody calls as this agent
    may_read: bool = True
    may_write: bool = True
    scope: int = 1  # of the tickets it sees: 1 all, 2 its groups', 3 its own


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    name: str
    email: str


SYNC = Agent(43001, "Syncline Account", "sync.account@contoso.example", "sandbox-key-read-write")
AGENTS: Sequence[Agent] = (
    SYNC,
    Agent(43002, "Reading Account", "reading@contoso.example", "sandbox-key-read-only", may_write=False),
    Agent(43003, "Newcomer", "newcomer@contoso.example", "sandbox-key-no-tickets", False, False, 3),
    Agent(43010, "Service Desk", "service.desk@contoso.example"),
    Agent(43011, "Network Desk", "network.desk@contoso.example"),
)
CONTACTS: Sequence[Contact] = (
    Contact(43101, "Front Office", "front.office@fabrikam.example"),
    Contact(43102, "Warehouse", "warehouse@fabrikam.example"),
)


def key_of(call: Call) -> str:
    """The key is the user name; whatever stands for the password is of no interest."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        key, _, _ = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return key
