"""A credential on its way: given just now, behind a ticket, or a node's; and what a check of it has found."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.db.tx import ReadTx, Tx
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.oauth import Tokens
from syncline_registry.credentials.random_tokens import TICKET_PREFIX, hash_of, new_token
from syncline_registry.domain.system import Node, Survey
from syncline_registry.domain.ticket import LIFE, Ticket
from syncline_registry.sealing.envelope import Vault
from syncline_registry.store.credential_store import NODE, TICKET, CredentialStore, given_of
from syncline_registry.store.ticket_store import TicketStore


@dataclass(frozen=True, slots=True)
class Proof:
    kind: str
    url: str
    credential: Credential
    tokens: Tokens | None = field(default=None, repr=False)
    survey: Survey = field(default_factory=Survey)
    checked_at: datetime | None = None  # None: nobody has tried it yet


def dated(proof: Proof, at: datetime) -> Proof:
    """It has been checked just now."""
    return replace(proof, checked_at=at)


async def make_ticket(
    tx: Tx, vault: Vault, caller: Caller, network_id: UUID, proof: Proof
) -> tuple[Ticket, str]:
    """The ticket's own text is shown here and never again."""
    text, manifest, survey = new_token(TICKET_PREFIX), MANIFESTS[proof.kind], proof.survey
    account_id = caller.account_id
    ticket = Ticket(
        new_id(),
        account_id,
        hash_of(text),
        caller.actor_id,
        network_id,
        proof.url,
        proof.kind,
        proof.credential.scheme,
        given_of(manifest, proof.credential),
        await tx.now() + LIFE,
        proof.checked_at,
        survey.identity,
        survey.can_write,
        list(survey.findings),
        dict(survey.found),
    )
    await TicketStore(tx, account_id).add(ticket)
    kept = CredentialStore(tx, account_id, vault, TICKET, ticket.id)
    await kept.put(manifest, proof.credential, proof.tokens)
    return ticket, text


async def proof_of_ticket(tx: ReadTx, vault: Vault, ticket: Ticket) -> Proof:
    kept = CredentialStore(tx, ticket.account_id, vault, TICKET, ticket.id)
    credential = await kept.open(ticket.scheme, ticket.given)
    survey = Survey(ticket.identity, ticket.can_write, tuple(ticket.findings), ticket.found)
    return Proof(ticket.kind, ticket.url, credential, await kept.tokens(), survey, ticket.checked_at)


async def proof_of_node(tx: ReadTx, vault: Vault, node: Node, kind: str, url: str) -> Proof:
    kept = CredentialStore(tx, node.account_id, vault, NODE, node.id)
    credential = await kept.open(node.scheme, node.given)
    survey = Survey(node.identity, node.can_write, tuple(node.findings), node.found)
    checked_at = node.checked_at if node.is_good else None
    return Proof(kind, url, credential, await kept.tokens(), survey, checked_at)


async def use_up(tx: Tx, vault: Vault, ticket: Ticket) -> None:
    """Its secrets go with it."""
    await CredentialStore(tx, ticket.account_id, vault, TICKET, ticket.id).forget()
    await TicketStore(tx, ticket.account_id).remove(ticket)
