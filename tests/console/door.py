"""A registry's door as strict as the real one: a refresh token works once, an access token while it is the newest."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2

from syncline_common.clients.peers import Peers
from syncline_console.client.line import Lines

EMAIL, PASSWORD = "ada@example.com", "correct horse battery"
ME = {
    "id": "01900000-0000-7000-8000-00000000000b",
    "name": "Ada",
    "role": "administrator",
    "network_ids": None,
    "account": {"id": "01900000-0000-7000-8000-00000000000a", "name": "First"},
}


@dataclass
class Door:
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    good: set[str] = field(default_factory=set)  # access tokens
    refreshable: set[str] = field(default_factory=set)
    refreshed: int = 0
    ended: bool = False
    away: bool = False
    addresses: list[str | None] = field(default_factory=list)

    def lines(self) -> Lines:
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer))
        return Lines(http, Peers.all_at("http://registry"))

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if self.away:
            raise httpx2.ConnectError("nobody is there", request=request)
        if request.url.path == "/registry/v1/tokens":
            return self._tokens(request)
        if request.url.path == "/registry/v1/tokens/revoke":
            self.ended, self.good = True, set()
            return httpx2.Response(204)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.good:
            return refused(401, "unauthenticated")
        return httpx2.Response(200, json=ME)

    def _tokens(self, request: httpx2.Request) -> httpx2.Response:
        body = _body(request)
        if "refresh_token" in body:
            return self._refreshed(body["refresh_token"])
        self.addresses.append(request.headers.get("x-forwarded-for"))
        if (body["email"], body["password"]) != (EMAIL, PASSWORD):
            return refused(401, "unauthenticated")
        return self._grant()

    def _refreshed(self, token: str) -> httpx2.Response:
        if self.ended or token not in self.refreshable:
            self.ended, self.good = True, set()
            return refused(401, "unauthenticated")
        self.refreshable.remove(token)
        self.refreshed += 1
        return self._grant()

    def _grant(self) -> httpx2.Response:
        number = next(self.numbers)
        access, refresh = f"access-{number}", f"refresh-{number}"
        self.good, self.refreshable = {access}, {refresh}
        found = {"access_token": access, "refresh_token": refresh, "expires_in": 600, "token_type": "Bearer"}
        return httpx2.Response(200, json=found)


def refused(status: int, code: str, **facts: Any) -> httpx2.Response:
    return httpx2.Response(status, json={"title": "Refused", "status": status, "code": code, **facts})


def _body(request: httpx2.Request) -> dict[str, str]:
    found: dict[str, str] = json.loads(request.content)
    return found
