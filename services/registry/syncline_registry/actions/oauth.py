"""Signing in at a vendor's own page: it begins here, ends in a ticket, and only for the person who began it."""

from dataclasses import dataclass, replace

from pydantic import SecretStr

from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.db.tx import Database
from syncline_common.errors import NotFound, RemoteError
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_common.sdk.credentials import Credential, oauth_way
from syncline_common.sdk.oauth import Tokens
from syncline_common.sdk.oauth_code import SignIn as Page
from syncline_registry.actions.addresses import Named, located
from syncline_registry.actions.checks import Auth, Checked, check, require_network
from syncline_registry.actions.proofs import Proof, dated, make_ticket
from syncline_registry.credentials.random_tokens import hash_of
from syncline_registry.domain.ticket import LIFE, SignIn
from syncline_registry.own import Own
from syncline_registry.probing.prober import asked
from syncline_registry.probing.problems import problem_of
from syncline_registry.store.credential_store import SIGN_IN, CredentialStore, given_of
from syncline_registry.store.ticket_store import TicketStore, sign_in_with

CALLBACK = "/registry/v1/oauth/callback"
NOT_BEGUN = "This sign-in was not begun here, or is over; begin again"


@dataclass(frozen=True, slots=True)
class Finished:
    checked: Checked
    return_to: str | None


async def start_sign_in(
    db: Database, own: Own, caller: Caller, named: Named, auth: Auth, return_to: str | None
) -> tuple[str, str]:
    """Where the person goes, and where the system sends them back to."""
    await require_network(db, caller, named.network_id)
    own.checks.take(str(caller.actor_id))
    manifest, url = located(named.url, named.kind)
    credential = Credential.given(manifest, {name: it.get_secret_value() for name, it in auth.items()})
    oauth_way(manifest, credential.scheme)
    await own.prober.guard(url)
    page = Page.begin(f"{own.public_url}{CALLBACK}")
    async with db.begin() as tx:
        begun = SignIn(
            id=new_id(),
            account_id=caller.account_id,
            hash=hash_of(page.state),
            caller_id=caller.actor_id,
            network_id=named.network_id,
            url=url,
            kind=manifest.kind,
            scheme=credential.scheme,
            given=given_of(manifest, credential),
            redirect_uri=page.redirect_uri,
            return_to=return_to,
            expires_at=await tx.now() + LIFE,
        )
        await TicketStore(tx, caller.account_id).add(begun)
        kept = CredentialStore(tx, caller.account_id, own.vault, SIGN_IN, begun.id)
        await kept.put(manifest, credential)
        await kept.put_verifier(page.verifier)
    return own.prober.opener.page_to_sign_in_at(manifest.kind, url, credential, page), page.redirect_uri


async def finish_sign_in(db: Database, own: Own, state: str, code: SecretStr) -> Finished:
    """Each state is good once. The ticket is the person's who began; whoever else brings the code can't use it."""
    begun, credential, page = await _take(db, own, state)
    proof = Proof(begun.kind, begun.url, credential)
    try:
        tokens = await asked(_exchanged(own, begun, credential, page, code))
    except RemoteError as error:
        told = problem_of(error, MANIFESTS[begun.kind], begun.scheme)
        return Finished(Checked(proof, (told,)), begun.return_to)
    checked = await check(own, begun.account_id, replace(proof, tokens=tokens))
    if not checked.ok:
        return Finished(checked, begun.return_to)
    caller = Caller(begun.account_id, begun.caller_id, "viewer")
    async with db.begin() as tx:
        proof = dated(checked.proof, await tx.now())
        ticket, text = await make_ticket(tx, own.vault, caller, begun.network_id, proof)
    return Finished(Checked(proof, ticket=text, expires_at=ticket.expires_at), begun.return_to)


async def _take(db: Database, own: Own, state: str) -> tuple[SignIn, Credential, Page]:
    async with db.begin() as tx:
        begun = await sign_in_with(tx, hash_of(state))
        if begun is None or begun.expires_at <= await tx.now():
            raise NotFound(NOT_BEGUN)
        kept = CredentialStore(tx, begun.account_id, own.vault, SIGN_IN, begun.id)
        credential = await kept.open(begun.scheme, begun.given)
        page = Page(state, await kept.verifier(), begun.redirect_uri)
        await kept.forget()
        await TicketStore(tx, begun.account_id).remove(begun)
    return begun, credential, page


async def _exchanged(own: Own, begun: SignIn, credential: Credential, page: Page, code: SecretStr) -> Tokens:
    meter = own.prober.meter(begun.account_id, begun.kind, begun.url)
    endpoint = own.prober.opener.token_endpoint(begun.kind, begun.url, credential, meter)
    return await page.finish(endpoint, page.state, code.get_secret_value())
