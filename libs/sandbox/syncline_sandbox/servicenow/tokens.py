"""The OAuth endpoints: tokens are asked for in a form, and asking again gives the same one with the time it has left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from re import compile as pattern
from urllib.parse import parse_qsl, urlencode

from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json
from syncline_sandbox.clock import VendorClock
from syncline_sandbox.servicenow.accounts import Account

CLIENT_ID, CLIENT_SECRET = "sandbox-client", "sandbox-client-secret"
REDIRECTS = ("http://127.0.0.1:8080/registry/v1/oauth/callback", "http://127.0.0.1:8080/oauth/callback")
ACCESS_LIFE, REFRESH_LIFE = timedelta(seconds=1800), timedelta(seconds=8_640_000)


@dataclass(slots=True)
class Grant:
    user_name: str
    access: str
    refresh: str
    access_ends: datetime
    refresh_ends: datetime


def no(error: str, description: str) -> Refused:
    return Refused(as_json({"error": error, "error_description": description}, 401))


class Tokens:
    def __init__(self, clock: VendorClock, guid: Callable[[], str], accounts: Sequence[Account]) -> None:
        self._clock, self._guid, self.accounts = clock, guid, accounts
        self._grants: list[Grant] = []
        self._codes: dict[str, str] = {}  # a code, and whose it is
        self.redirects = REDIRECTS

    def operations(self) -> list[Operation]:
        return [
            Operation("oauth.token", "POST", pattern(r"/oauth_token\.do"), self.token, "public"),
            Operation("oauth.authorize", "GET", pattern(r"/oauth_auth\.do"), self.authorize, "public"),
        ]

    def bearer(self, token: str) -> str | None:
        """Whose access token it is, while it lasts."""
        now = self._clock.now()
        return next(
            (it.user_name for it in self._grants if it.access == token and it.access_ends > now), None
        )

    def token(self, call: Call, caller: str) -> Answer:
        """Parameters in the address do not count, nor does JSON."""
        form = dict(parse_qsl(call.body.decode(errors="replace")))
        if call.content_type != "application/x-www-form-urlencoded":
            raise no("invalid_request", "access_denied")
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise no("invalid_client", "access_denied")
        grant = self._grant(form)
        seconds = int((grant.access_ends - self._clock.now()).total_seconds())
        return as_json(
            {
                "access_token": grant.access,
                "refresh_token": grant.refresh,
                "scope": "useraccount",
                "token_type": "Bearer",
                "expires_in": max(0, seconds - 1),
            }
        )

    def authorize(self, call: Call, caller: str) -> Answer:
        """Whoever is asked allows it. An address that is not registered gives way to the first that is."""
        if call.get("client_id") != CLIENT_ID or call.get("response_type") != "code":
            raise no("invalid_client", "access_denied")
        code = self._guid().replace("-", "")
        self._codes[code] = "sync.account"
        wanted = call.get("redirect_uri")
        target = wanted if wanted in self.redirects else self.redirects[0]
        answer = urlencode({"code": code, "state": call.get("state")})
        return Answer(302, b"", {"Location": f"{target}?{answer}"})

    def _grant(self, form: dict[str, str]) -> Grant:
        kind = form.get("grant_type")
        if kind == "password":
            return self._for(self._checked(form.get("username", ""), form.get("password", "")))
        if kind == "authorization_code":
            name = self._codes.pop(form.get("code", ""), None)
            if name is None:
                raise no("invalid_grant", "access_denied")
            return self._for(name)
        if kind == "refresh_token":
            return self._refreshed(form.get("refresh_token", ""))
        raise no("unsupported_grant_type", "access_denied")

    def _checked(self, name: str, password: str) -> str:
        for account in self.accounts:
            if (
                account.user_name == name
                and account.password
                and account.password == password
                and account.active
            ):
                return name
        raise no("access_denied", "access_denied")

    def _for(self, name: str) -> Grant:
        now = self._clock.now()
        for grant in self._grants:
            if grant.user_name == name and grant.access_ends > now:
                return grant
        made = Grant(name, self._token(), self._token(), now + ACCESS_LIFE, now + REFRESH_LIFE)
        self._grants.append(made)
        return made

    def _refreshed(self, token: str) -> Grant:
        """The refresh token stays what it is."""
        now = self._clock.now()
        found = [it for it in self._grants if it.refresh == token and it.refresh_ends > now]
        active = {it.user_name for it in self.accounts if it.active}
        if not found or found[-1].user_name not in active:
            raise no("invalid_grant", "access_denied")
        if found[-1].access_ends <= now:
            found[-1].access, found[-1].access_ends = self._token(), now + ACCESS_LIFE
        return found[-1]

    def _token(self) -> str:
        return self._guid().replace("-", "") * 2
