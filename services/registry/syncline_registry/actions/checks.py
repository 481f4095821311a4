"""Checking a credential: whether it is accepted, and may write; a ticket stands for it from then on."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pydantic import SecretStr

from syncline_common import errors
from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.db.tx import Database
from syncline_common.schemas.caller import Caller
from syncline_common.sdk import ports
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.manifest import Manifest
from syncline_common.sdk.schemes import GrantKind, OAuth2
from syncline_common.sdk.token_shelf import TokenShelf
from syncline_registry.actions.addresses import Named, located
from syncline_registry.actions.proofs import Proof, make_ticket
from syncline_registry.domain.system import Survey
from syncline_registry.own import Own
from syncline_registry.probing.prober import asked
from syncline_registry.probing.problems import Problem, problem_of
from syncline_registry.store.network_store import NetworkStore

READ_ONLY = "This credential may read and not write"
GO_THERE = "This scheme has a page to sign in at: begin with POST /registry/v1/oauth/start"
Auth = dict[str, SecretStr]


@dataclass(frozen=True, slots=True)
class Checked:
    proof: Proof
    problems: tuple[Problem, ...] = ()
    ticket: str | None = None
    expires_at: datetime | None = None

    @property
    def ok(self) -> bool:
        return not self.problems


async def check_auth(db: Database, own: Own, caller: Caller, named: Named, auth: Auth) -> Checked:
    """With a ticket, if all is well. How often somebody may try is limited: it would make a good scanner."""
    await require_network(db, caller, named.network_id)
    checked = await check_given(own, caller, named, auth)
    if not checked.ok:
        return checked
    async with db.begin() as tx:
        proof = replace(checked.proof, checked_at=await tx.now())
        made = await make_ticket(tx, own.vault, caller, named.network_id, proof)
    return Checked(proof, ticket=made[1], expires_at=made[0].expires_at)


async def check_given(own: Own, caller: Caller, named: Named, auth: Auth) -> Checked:
    own.checks.take(str(caller.actor_id))
    manifest, canonical = located(named.url, named.kind)
    credential = given_credential(manifest, auth)
    return await check(own, caller.account_id, Proof(manifest.kind, canonical, credential))


async def require_network(db: Database, caller: Caller, network_id: UUID) -> None:
    """That the caller may change things there."""
    async with db.read() as tx:
        await NetworkStore(tx, caller).get(network_id)
    caller.change(network_id)


def given_credential(manifest: Manifest, auth: Auth) -> Credential:
    """As it was typed. Invalid, pointing at its fields, if the form is not filled in."""
    credential = Credential.given(manifest, {name: it.get_secret_value() for name, it in auth.items()})
    form = next(it for it in manifest.auth if it.scheme == credential.scheme)
    if isinstance(form.signing, OAuth2) and form.signing.grant is GrantKind.CODE:
        raise errors.Invalid(GO_THERE, errors.FieldFault("/auth/scheme", GO_THERE))
    return credential


async def check(own: Own, account_id: UUID, proof: Proof) -> Checked:
    """By the real connector. Nothing visible is written, and no transaction may be open."""
    shelf, manifest = TokenShelf(proof.tokens), MANIFESTS[proof.kind]
    try:
        await own.prober.guard(proof.url)
        system = own.prober.open(account_id, proof.kind, proof.url, proof.credential, keeper=shelf)
        told = await asked(system.survey())
    except (errors.RemoteError, errors.GuardBlocked) as error:
        return Checked(proof, (problem_of(error, manifest, proof.credential.scheme),))
    proof = replace(proof, survey=kept_survey(told), tokens=shelf.tokens)
    return Checked(proof, () if told.can_write is not False else (_read_only(manifest, proof),))


def kept_survey(told: ports.Survey) -> Survey:
    return Survey(told.identity[:320], told.can_write, told.findings, told.found.as_json())


def _read_only(manifest: Manifest, proof: Proof) -> Problem:
    return problem_of(errors.PermissionMissing(READ_ONLY), manifest, proof.credential.scheme)
