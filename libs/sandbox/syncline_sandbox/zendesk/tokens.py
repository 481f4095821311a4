"""OAuth: tokens for a client that the administrator has made, and what one of them may."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from re import compile as pattern
from typing import Any
from urllib.parse import parse_qsl

from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json
from syncline_sandbox.clock import VendorClock
from syncline_sandbox.zendesk.desk import iso, path
from syncline_sandbox.zendesk.people import SYNC, OAuthToken
from syncline_sandbox.zendesk.refusals import not_found

CLIENT_ID, CLIENT_SECRET = "sandbox-client", "sandbox-client-secret"
LIFE, REFRESH_LIFE = timedelta(minutes=30), timedelta(days=30)
SCOPES = ("read", "write")


@dataclass(slots=True)
class Grant:
    token: OAuthToken
    refresh: str
    ends: datetime
    refresh_ends: datetime


def no(error: str, description: str, status: int = 401) -> Refused:
    return Refused(as_json({"error": error, "error_description": description}, status))


class Tokens:
    def __init__(self, clock: VendorClock, guid: Callable[[], str], standing: Sequence[OAuthToken]) -> None:
        self._clock, self._guid, self._standing = clock, guid, standing
        self._grants: list[Grant] = []

    def operations(self) -> list[Operation]:
        current = pattern(path("oauth/tokens/current"))
        return [
            Operation("oauth.token", "POST", pattern(r"/oauth/tokens"), self.token, "public"),
            Operation("oauth.current", "GET", current, self.current, "read"),
        ]

    def bearer(self, token: str) -> OAuthToken | None:
        now = self._clock.now()
        granted = (it.token for it in self._grants if it.ends > now)
        return next((it for it in (*self._standing, *granted) if it.token == token), None)

    def token(self, call: Call, caller: str) -> Answer:
        """As JSON or as a form. A refresh token gives a new pair, and ends the old one."""
        given = _given(call)
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise no("invalid_client", "Client authentication failed")
        scopes = tuple(str(given.get("scope") or "read").split())
        if given.get("grant_type") == "refresh_token":
            scopes = self._ended(str(given.get("refresh_token")))
        elif given.get("grant_type") != "client_credentials":
            raise no("unsupported_grant_type", "The grant type is not supported", 400)
        if not scopes or not set(scopes) <= set(SCOPES):
            raise no("invalid_scope", "The requested scope is invalid, unknown, or malformed", 400)
        now, words = self._clock.now(), [self._guid().replace("-", "") * 2 for _ in range(2)]
        made = Grant(OAuthToken(words[0], SYNC.email, scopes), words[1], now + LIFE, now + REFRESH_LIFE)
        self._grants.append(made)
        return as_json(
            {
                "access_token": made.token.token,
                "refresh_token": made.refresh,
                "token_type": "bearer",
                "scope": " ".join(scopes),
                "expires_in": int(LIFE.total_seconds()),
                "refresh_token_expires_in": int(REFRESH_LIFE.total_seconds()),
            }
        )

    def current(self, call: Call, caller: str) -> Answer:
        """Of whoever calls by one; of others there is none."""
        token = call.headers.get("authorization", "").partition(" ")[2]
        found = self.bearer(token)
        if found is None:
            raise not_found()
        told: dict[str, Any] = {
            "id": 1,
            "token": token[:10],
            "scopes": list(found.scopes),
            "user_id": SYNC.id,
            "client_id": 41,
            "created_at": iso(self._clock.now()),
            "expires_at": None,
        }
        return as_json({"token": told})

    def _ended(self, refresh: str) -> tuple[str, ...]:
        for grant in self._grants:
            if grant.refresh == refresh and grant.refresh_ends > self._clock.now():
                self._grants.remove(grant)
                return grant.token.scopes
        raise no("invalid_grant", "The refresh token is invalid, expired or revoked", 400)


def _given(call: Call) -> dict[str, Any]:
    if call.content_type != "application/json":
        return dict(parse_qsl(call.body.decode(errors="replace")))
    try:
        told = json.loads(call.body)
    except ValueError:
        raise no("invalid_request", "The body can't be read", 400) from None
    return told if isinstance(told, dict) else {}
