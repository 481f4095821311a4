"""The token endpoint for client credentials, and the sessions that it opens. How long one lasts it does not say."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from re import compile as pattern
from urllib.parse import parse_qsl

from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json
from syncline_sandbox.clock import VendorClock
from syncline_sandbox.salesforce.accounts import Account

LIFE = timedelta(hours=2)
ORGANISATION = "00DKj0000000001MAA"


@dataclass(slots=True)
class Session:
    username: str
    token: str
    ends: datetime


def no(error: str, description: str, status: int = 400) -> Refused:
    return Refused(as_json({"error": error, "error_description": description}, status))


class Tokens:
    def __init__(
        self,
        clock: VendorClock,
        guid: Callable[[], str],
        accounts: Sequence[Account],
        address: str,
        user_id: Callable[[str], str],
    ) -> None:
        self._clock, self._guid, self.accounts = clock, guid, accounts
        self._address, self._user_id = address, user_id
        self.sessions: list[Session] = []

    def operations(self) -> list[Operation]:
        return [Operation("oauth.token", "POST", pattern(r"/services/oauth2/token"), self.token, "public")]

    def caller(self, call: Call) -> str | None:
        """Whose session it is, while it lasts."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "oauth") or not token:
            return None
        lasting = (it.username for it in self.accounts if it.token == token)
        now = self._clock.now()
        opened = (it.username for it in self.sessions if it.token == token and it.ends > now)
        return next(lasting, None) or next(opened, None)

    def identity(self, username: str) -> str:
        return f"https://login.salesforce.com/id/{ORGANISATION}/{self._user_id(username)}"

    def end_all(self) -> None:
        self.sessions.clear()

    def token(self, call: Call, caller: str) -> Answer:
        if call.content_type != "application/x-www-form-urlencoded":
            raise no("invalid_request", "invalid request")
        form = dict(parse_qsl(call.body.decode(errors="replace")))
        if form.get("grant_type") != "client_credentials":
            raise no("unsupported_grant_type", "grant type not supported")
        account = self._client(call, form)
        now = self._clock.now()
        token = f"{ORGANISATION[:15]}!{self._guid().replace('-', '')}"
        self.sessions.append(Session(account.username, token, now + LIFE))
        return as_json(
            {
                "access_token": token,
                "signature": base64.b64encode(self._guid().encode()).decode(),
                "scope": "api",
                "instance_url": self._address,
                "id": self.identity(account.username),
                "token_type": "Bearer",
                "issued_at": str(int(now.timestamp() * 1000)),
            }
        )

    def _client(self, call: Call, form: dict[str, str]) -> Account:
        """By the form, or by a header of the basic scheme."""
        given = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, coded = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            name, _, secret = base64.b64decode(coded).decode().partition(":")
            given = name, secret
        found = next((it for it in self.accounts if it.client_id and it.client_id == given[0]), None)
        if found is None:
            raise no("invalid_client_id", "client identifier invalid")
        if found.client_secret != given[1]:
            raise no("invalid_client", "invalid client credentials")
        if not found.active:
            raise no("invalid_grant", "user hasn't approved this consumer")
        return found
