"""The matrix: every route with every id in every position, sent by everybody. A foreign id answers as a random one.

The positions are read off the OpenAPI documents; a route that is added without saying here what its ids are fails.
"""

from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx2
import pytest

from end_to_end.positions import operations, positions
from end_to_end.world import BODIES, NOUNS, PASSWORD, World, two_tenants
from syncline_common.settings import BusSettings, DatabaseSettings

OPEN = {  # nobody has to sign in for these, or somebody else than a person of an account
    ("POST", "/registry/v1/tokens"),
    ("POST", "/registry/v1/tokens/revoke"),
    ("GET", "/registry/v1/jwks.json"),
    ("GET", "/registry/v1/oauth/callback"),
    ("GET", "/connections/v1/configuration.schema.json"),
    ("POST", "/sync/v1/hooks/{token}"),  # a vendor proves itself by its signature
    ("GET", "/sync/asyncapi.json"),
    ("GET", "/sync/events/{event_type}.json"),
    *(
        (("GET", f"/{name}/{what}"))
        for name in ("registry", "connections", "sync", "matching")
        for what in ("healthz", "readyz", "metrics")
    ),
}
OPERATORS = {
    ("POST", "/registry/v1/accounts"),
    ("GET", "/registry/v1/keys"),
    ("POST", "/registry/v1/keys/rotate"),
}


@pytest.fixture
async def world(mode_settings: tuple[DatabaseSettings, BusSettings]) -> AsyncIterator[World]:
    async with two_tenants(mode_settings) as found:
        yield found


def beside(id: str) -> str:
    """A random id that sorts where the other does, so that a cursor points to the same place."""
    return str(UUID(int=(UUID(id).int & ~0xFFFFFFFFFFFF) | (uuid4().int & 0xFFFFFFFFFFFF)))


def said(answer: httpx2.Response, id: str) -> tuple[int, str, dict[str, str]]:
    """All that a stranger could compare: status, body, headers; without the id sent, the time and the trace."""
    text = answer.text.replace(answer.headers["X-Trace-Id"], "trace").replace(id, "id")
    ignored = ("date", "x-trace-id", "content-length")
    return answer.status_code, text, {k: v for k, v in answer.headers.items() if k not in ignored}


async def test_every_cell(world: World) -> None:
    """One world for all cells: making it takes most of the time."""
    cells: Counter[str] = Counter()
    wrong = []
    for position in sorted(positions()):
        foreign, random = world.theirs.of(position), beside(world.theirs.of(position))
        for who, token in [*world.mine.tokens.items(), ("anonymous", None)]:
            one = said(await world.send(position, foreign, token), foreign)
            other = said(await world.send(position, random, token), random)
            cells[who] += 2
            if one != other:
                wrong.append(f"{who}: {position}: {one} is not {other}")
            if who in ("anonymous", "revoked") and one[0] != 401:
                wrong.append(f"{who}: {position}: {one}")
    print(f"{cells.total()} cells: {dict(cells)}")
    assert not wrong, "\n".join(wrong)
    assert cells.total() > 100


async def test_what_was_not_granted_is_not_there(world: World) -> None:
    """Another network of one's own account answers as a random one, too."""
    for position in sorted(
        it for it in positions() if NOUNS.get(it.name) == "network" and it.where == "path"
    ):
        own, random = world.mine.ids["network"], beside(world.mine.ids["network"])
        for role in ("manager", "viewer"):
            token = world.mine.tokens[role]
            one = said(await world.send(position, own, token), own)
            other = said(await world.send(position, random, token), random)
            assert one == other and one[0] == 404, f"{role}: {position}: {one} is not {other}"


async def test_nobody_comes_in_without_a_token(world: World) -> None:
    """Routes without ids as well."""
    for method, path, _, _ in operations():
        if (method, path) in OPEN:
            continue
        url = path.replace("{", "").replace("}", "")
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}):
            answer = await world.http.request(
                method, url, json=BODIES.get((method, path), {}), headers=headers
            )
            assert answer.status_code in (401, 422), f"{method} {path}: {answer.status_code} {answer.text}"
            if answer.status_code == 422:  # an id that is none is told before who is asking
                assert "{" in path, f"{method} {path}: {answer.text}"


async def test_a_tenant_cannot_do_what_the_operator_can(world: World) -> None:
    token = {"Authorization": f"Bearer {world.mine.tokens['administrator']}"}
    for method, path in sorted(OPERATORS):
        body = (
            {"name": "x", "administrator": {"email": "x@y.z", "password": PASSWORD}}
            if "accounts" in path
            else {}
        )
        answer = await world.http.request(
            method, path, json=body if method == "POST" else None, headers=token
        )
        assert answer.status_code == 401, f"{method} {path}: {answer.text}"


def test_a_route_added_later_says_what_its_ids_are() -> None:
    known = {*NOUNS, "cursor"}
    unknown = [str(it) for it in positions() if it.noun not in known]
    assert not unknown, f"add to NOUNS what these are ids of: {unknown}"
    writing = {(it.method, it.path) for it in positions() if it.where == "body"}
    assert writing <= set(BODIES), f"add to BODIES a body for {writing - set(BODIES)}"
