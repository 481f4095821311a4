"""Builds the demo's connection as a person would, by the same API; what is there already is gone on with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from syncline_common.settings import AccessSettings
from syncline_console.client.line import Call, Line, Lines, Refused
from syncline_embedded.demo import Demo

NETWORK, CONNECTION = "Demo", "Bugs and incidents"
ABOUT = "Two simulated systems, kept in step. Everything in it is invented."
NETWORKS, CONNECTIONS = "/registry/v1/networks", "/connections/v1/connections"
PAUSE = 0.3  # seconds between two looks at what takes its time
TRIES = 3  # of a build
STATES = {"New": "1", "Active": "2", "Resolved": "6", "Closed": "7"}
FIELDS: list[dict[str, Any]] = [
    {"a": "System.Title", "b": "short_description"},
    {"a": "System.State", "b": "state", "values": STATES, "otherwise": {"a": "Active"}},
    {"b": "close_code", "default": {"b": "Solution provided"}},
    {"b": "close_notes", "default": {"b": "See the bug."}},
    {"a": "System.AssignedTo", "b": "assigned_to"},
    {
        "a": "Microsoft.VSTS.Common.Severity",
        "b": "urgency",
        "values": {"2 - High": "1", "3 - Medium": "2", "4 - Low": "3"},
        "otherwise": {"b": "1"},
    },
    {
        "a": "Microsoft.VSTS.TCM.ReproSteps",
        "b": "description",
        "direction": "a_to_b",
        "when": "create",
        "convert": ["text"],
    },
]
PEOPLE = {
    "table": {"triage@fabrikam.example": "service.desk", "platform@fabrikam.example": "network.desk"},
    "default": {"a": "triage@fabrikam.example", "b": "service.desk"},
}
CONFIGURATION: dict[str, Any] = {
    "version": 1,
    "schedule": {"every": "10s"},
    "flows": [
        {
            "name": "Bug and Incident",
            "a": {"stream": "Bug", "projects": ["Fabrikam Web"]},
            "b": {"stream": "incident"},
            "fields": FIELDS,
            "people": PEOPLE,
        }
    ],
}

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Built:
    network: str
    connection: str

    @property
    def page(self) -> str:
        """In the console."""
        return f"/networks/{self.network}/connections/{self.connection}"


class NotBuilt(Exception):
    """The message is for people."""


async def build(demo: Demo, lines: Lines, access: AccessSettings) -> Built:
    """The connection, published; what a killed start has begun is finished. Unavailable if a service is away."""
    line = Line(lines, _signed_in(lines, access))
    try:
        network = await _found(line, NETWORKS, name=NETWORK)
        network = network or await line.post(NETWORKS, {"name": NETWORK, "description": ABOUT})
        connection = await _found(line, CONNECTIONS, name=CONNECTION, network_id=network["id"])
        connection = connection or await line.post(CONNECTIONS, _wanted(network["id"], demo))
        await _published(line, connection["id"])
    except Refused as exc:
        why = "; ".join(it.message for it in exc.errors)
        raise NotBuilt(f"{exc.title}. {why}".rstrip(". ")) from None
    demo.built()
    return Built(network["id"], connection["id"])


async def in_step(lines: Lines, access: AccessSettings, built: Built) -> int:
    """Waits until what both sides hold has gone over, and says how many records are linked."""
    line = Line(lines, _signed_in(lines, access))

    async def looked() -> int | None:
        try:
            shown = await line.get(f"/sync/v1/connections/{built.connection}")
        except Refused as exc:
            if exc.status == 404:  # the worker has not heard of it yet
                return None
            raise
        rests = shown["last_checked"] is not None and shown["waiting"] == 0
        return int(shown["links"]) if rests else None

    return await _until(looked)


def _signed_in(lines: Lines, access: AccessSettings) -> Callable[[bool], Awaitable[str]]:
    """As the first administrator; a token that ends is followed by another."""
    held = list[str]()

    async def token(anew: bool) -> str:
        if anew or not held:
            assert access.admin_password is not None
            body = {"email": access.admin_email, "password": access.admin_password.get_secret_value()}
            answer = await lines.send(Call("POST", "/registry/v1/tokens", body))
            held[:] = [str(answer.body["access_token"])]
        return held[0]

    return token


async def _found(line: Line, path: str, *, name: str, **filters: Any) -> Any:
    """Of the first page: there is hardly anything yet."""
    return next((it for it in (await line.get(path, **filters))["items"] if it["name"] == name), None)


def _wanted(network: str, demo: Demo) -> dict[str, Any]:
    ends = {side: {"url": it["url"], "auth": it["auth"]} for side, it in demo.systems.items()}
    return {"network_id": network, "name": CONNECTION, "description": ABOUT, **ends}


async def _published(line: Line, connection: str) -> None:
    """Step by step, from wherever it stands."""
    path, tries = f"{CONNECTIONS}/{connection}", TRIES

    async def state() -> str | None:
        found = str((await line.get(path))["state"])
        return None if found == "building" else found

    while (now := await _until(state)) == "build_failed":
        if not tries:
            steps = (await line.get(f"{path}/build"))["steps"]
            raise NotBuilt(
                f"A step of the build failed: {next(it for it in steps if it['status'] == 'failed')}"
            )
        tries -= 1
        await line.post(f"{path}/build/retry")
    if now == "ready_to_configure":
        await line.send(Call("PUT", f"{path}/draft", {"configuration": CONFIGURATION}))
        now = "configured"
    if now in ("configured", "tested"):
        await line.post(f"{path}/publish")


async def _until(look: Callable[[], Awaitable[Seen | None]]) -> Seen:
    while (seen := await look()) is None:  # noqa: ASYNC110 (as a person looks again: over HTTP nothing rings)
        await asyncio.sleep(PAUSE)
    return seen
