"""Whatever is sent, by whomever: no 5xx, and no answer that the service's own OpenAPI document does not tell of."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conftest import needs_postgres, needs_rabbit
from end_to_end.world import OPERATOR, World, two_tenants
from syncline_common.settings import BusSettings, DatabaseSettings

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
SERVICES = ("registry", "connections", "sync", "matching")
WHO = ("administrator", "manager", "viewer", "operator", "revoked", "anonymous")
ENDLESS = "/stream$"
SCALED_OUT = ("administrator",)  # the same routes: whom they refuse does not hang on the database
EXAMPLES = 2  # of each operation, beside those that cover the bounds of every field
EVERY_BOUND = (
    "scale-out",
    "administrator",
)  # who is not refused, where numbers and texts have the narrower bounds

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def world(mode_settings: tuple[DatabaseSettings, BusSettings]) -> AsyncIterator[World]:
    async with two_tenants(mode_settings) as found:
        yield found


@pytest.mark.parametrize(
    ("mode", "who"),
    [
        *(("embedded", who) for who in WHO),
        *(pytest.param("scale-out", who, marks=[needs_postgres, needs_rabbit]) for who in SCALED_OUT),
    ],
    indirect=["mode"],
)
async def test_any_request_is_answered_as_documented(
    world: World, mode: str, who: str, tmp_path: Path
) -> None:
    token = OPERATOR if who == "operator" else world.mine.tokens.get(who)
    for service in SERVICES:
        phases = "examples,coverage,fuzzing" if (mode, who) == EVERY_BOUND else "examples,fuzzing"
        code, said = await asked(f"{world.http.base_url}", service, token, phases, tmp_path)
        assert code == 0, said
        cases = re.search(r"(\d+) generated, \1 passed", said)
        assert cases is not None and int(cases[1]) > 0, said
        print(f"{who}, {service}: {cases[1]} requests")


async def asked(url: str, service: str, token: str | None, phases: str, folder: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/{service}/openapi.json"]
    command += ["--phases", phases, "--checks", ",".join(CHECKS)]
    command += ["--max-examples", str(EXAMPLES), "--seed", "7", "--generation-database", "none"]
    command += ["--suppress-health-check", "all", "--exclude-path-regex", ENDLESS, "--no-color"]
    if token is not None:
        command += ["-H", f"Authorization: Bearer {token}"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()
