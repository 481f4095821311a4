"""From what is known of a system to its ports: the one place where credential, way out, budget and connector meet."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from uuid import UUID

from syncline_common.clock import Clock
from syncline_common.connectors.addresses import origins
from syncline_common.connectors.catalogue import connector_of, manifest_of
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.auth import Auth
from syncline_common.sdk.clock_offset import Timed
from syncline_common.sdk.connector import Connector
from syncline_common.sdk.credentials import Credential, Signer, oauth_client, oauth_way
from syncline_common.sdk.endpoints import Metering
from syncline_common.sdk.exchange import Limits
from syncline_common.sdk.gate import Budget, Share
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.manifest import Scope
from syncline_common.sdk.oauth import TokenEndpoint, TokenKeeper
from syncline_common.sdk.oauth_code import SignIn
from syncline_common.sdk.outbound import Outbound
from syncline_common.sdk.ports import NOT_CHECKED, Found, Survey, Surveyor, WholeReader, WholeWriter
from syncline_common.sdk.token_shelf import TokenShelf
from syncline_common.sdk.webhooks import Hooks

LONGEST_KEY = 180


def budget_of(kind: str, url: str, share: Share = Share.WORK, *, node: UUID | None = None) -> Budget:
    """A system's, whoever asks: never more than the vendor allows, whichever of its scopes it counts by.

    Nodes of a system whose vendor counts by person have one each, if it is said which: their credentials are different people's.
    """
    facts = manifest_of(kind).budget
    whom = {Scope.APP: "app", Scope.ADDRESS: "address", Scope.PERSON: f"{url} {node}" if node else url}
    return Budget(
        _short(f"{kind}:{whom.get(facts.scope, url)}"), facts.calls, float(facts.per_seconds), share
    )


def _short(key: str) -> str:
    """As it is kept; of a long one the end still counts."""
    return key if len(key) <= LONGEST_KEY else f"{key[:100]}#{sha256(key.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Opened:
    """One system's ports. All share the gateway, and so the credential and the tokens; who reads and who writes, what they learn."""

    connector: Connector
    gateway: Gateway
    clock: Clock
    found: Found = NOT_CHECKED
    learnt: Learnt = field(default_factory=Learnt)

    async def survey(self, priority: Priority = Priority.USER) -> Survey:
        """The check, and the vendor's clock measured by it. NeedsPerson if the credential can't be used."""
        timed = Timed(self.gateway.priority(priority), self.clock)
        survey = await self.connector.surveyor(timed, self.found).survey()
        return replace(survey, found=replace(survey.found, clock=timed.bounds.offset()))

    def surveyor(self, priority: Priority = Priority.USER) -> Surveyor:
        return self.connector.surveyor(self.gateway.priority(priority), self.found)

    def reader(self, priority: Priority = Priority.POLL) -> WholeReader:
        return self.connector.reader(self.gateway.priority(priority), self.found, self.learnt)

    def writer(self, priority: Priority = Priority.POLL) -> WholeWriter:
        return self.connector.writer(self.gateway.priority(priority), self.found, self.learnt)

    def hooks(self, priority: Priority = Priority.USER) -> Hooks:
        return self.connector.hooks(self.gateway.priority(priority), self.found)


@dataclass(frozen=True, slots=True)
class Opener:
    """One per process. It holds no system: what it opens is let go of by forgetting it."""

    outbound: Outbound
    clock: Clock
    limits: Limits | None = None
    attempts: int = 4
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def open(
        self,
        kind: str,
        url: str,
        credential: Credential,
        meter: Metering,
        *,
        found: Found = NOT_CHECKED,
        keeper: TokenKeeper | None = None,
    ) -> Opened:
        """`url` is canonical. Without a `keeper`, tokens live as long as what is opened here.

        NotFound if there is no connector, Invalid if the kind has no such scheme, CredentialRejected if the secret
        can't be sent at all; nothing is asked of the system yet.
        """
        auth = self.auth(kind, url, credential, meter, keeper or TokenShelf())
        return self.lent(kind, url, auth, meter, found=found)

    def auth(self, kind: str, url: str, credential: Credential, meter: Metering, keeper: TokenKeeper) -> Auth:
        """What signs the requests; for whoever renews tokens and asks nothing else."""
        signer = Signer(self._gateway(kind, url, meter), keeper, self.clock)
        return signer.auth(connector_of(kind).manifest, credential)

    def lent(self, kind: str, url: str, auth: Auth, meter: Metering, *, found: Found = NOT_CHECKED) -> Opened:
        """With an `auth` of the caller's own, such as tokens lent by whoever holds the credential."""
        return Opened(connector_of(kind), self._gateway(kind, url, meter, auth), self.clock, found)

    def page_to_sign_in_at(self, kind: str, url: str, credential: Credential, sign_in: SignIn) -> str:
        """Where a person goes for a scheme with a page of the vendor's."""
        way = oauth_way(connector_of(kind).manifest, credential.scheme)
        return sign_in.url(f"{url}{way.authorize_path}", credential.value("client_id"), way.scope)

    def token_endpoint(self, kind: str, url: str, credential: Credential, meter: Metering) -> TokenEndpoint:
        """What `SignIn.finish` needs when they come back."""
        client = oauth_client(oauth_way(connector_of(kind).manifest, credential.scheme), credential)
        return TokenEndpoint(client, self._gateway(kind, url, meter), self.clock)

    def _gateway(self, kind: str, url: str, meter: Metering, auth: Auth | None = None) -> Gateway:
        allowed, budget = origins(kind, url), manifest_of(kind).budget
        return Gateway(
            self.outbound.client(url, *allowed),
            meter,
            auth=auth,
            kind=kind,
            origins=allowed,
            told=budget.told,
            classes=budget.classes,
            limits=self.limits,
            attempts=self.attempts,
            sleep=self.sleep,
        )
