"""`syncline connections`: from two addresses to a published connection, and from a file to the same again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.calling import Done, Syncline
from cli.running import Person
from connectors.opened import BOARDS, INSTANCE
from end_to_end.running import EMAIL, PASSWORD
from end_to_end.test_two_minutes import BASIC, TOKEN, Desk, opened_desk
from syncline_common.settings import BusSettings, DatabaseSettings

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.parametrize("mode", ["embedded"], indirect=True),
]


@pytest.fixture
async def desk(mode_settings: tuple[DatabaseSettings, BusSettings]) -> AsyncIterator[Desk]:
    async with opened_desk(mode_settings) as found:
        yield found


async def call(syncline: Syncline, *args: str, stdin: str = "", status: int = 0) -> Done:
    """In a process of its own: the services live in this one."""
    done = await asyncio.to_thread(syncline.in_a_process, *args, stdin=stdin)
    assert done.status == status, (args, done.out, done.err)
    return done


async def test_made_planned_applied_published_and_deleted(desk: Desk, tmp_path: Path) -> None:
    syncline = Syncline(tmp_path / "config", desk.url)
    person = Person(EMAIL, "", PASSWORD)
    given = ("--url", desk.url, "--email", person.email, "--password-stdin")
    await call(syncline, "login", *given, stdin=f"{person.password}\n")
    await call(syncline, "networks", "create", "Support")

    secrets = yaml.safe_dump({"a": TOKEN, "b": BASIC})
    ends = ("--network", "Support", "--a", BOARDS, "--b", INSTANCE, "--credentials", "-")
    made = await call(syncline, "connections", "create", "Bugs", *ends, stdin=secrets)
    assert made.out.startswith("Bugs is ready to configure, ")
    assert [line.partition(":")[0] for line in made.err.splitlines()] == [
        "Validating credentials",
        "Checking for existing nodes",
        "Registering new nodes",
        "Configuring node settings",
        "Creating the bidirectional connection",
        "Finalizing set-up",
    ]
    taken = await call(syncline, "connections", "create", "bugs", *ends, stdin=secrets, status=1)
    assert "already a connection named bugs" in taken.err

    exported = (await call(syncline, "connections", "export", "Bugs")).out
    file: dict[str, Any] = yaml.safe_load(exported)
    file["description"] = "from a file"
    file["configuration"]["flows"][0]["a"]["projects"] = ["Fabrikam Web"]
    path = tmp_path / "bugs.yaml"
    path.write_text(yaml.safe_dump(file))
    plan = (await call(syncline, "connections", "plan", str(path), "--publish")).out
    assert "/description" in plan and "/configuration/flows/0/a/projects" in plan and "published" in plan
    applied = (await call(syncline, "connections", "apply", str(path), "--publish")).out
    assert applied == "Bugs is what the file says, published as version 1.\n"
    assert (
        await call(syncline, "connections", "plan", str(path), "--publish")
    ).out == "Nothing would change.\n"

    assert (await call(syncline, "connections", "pause", "Bugs")).out == "Bugs is paused.\n"
    assert "Possible now: active" in (await call(syncline, "connections", "pause", "Bugs", status=1)).err
    assert (await call(syncline, "connections", "resume", "Bugs")).out == "Bugs is active.\n"
    head, row = (await call(syncline, "connections", "list")).out.splitlines()
    assert head.split() == ["NAME", "STATE", "A", "B", "VERSION", "ID"]
    assert row.split()[:2] == ["Bugs", "active"]
    shown = await call(syncline, "connections", "show", "Bugs", "--json")
    assert shown.document["description"] == "from a file"
    assert "Say so with --yes" in (await call(syncline, "connections", "delete", "Bugs", status=2)).err
    assert (await call(syncline, "connections", "delete", "Bugs", "--yes")).out == "Deleted Bugs.\n"
