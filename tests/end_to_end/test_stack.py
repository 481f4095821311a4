"""Shows Syncline scaled out, as `make stack` starts it: proxy, services, workers, PostgreSQL and RabbitMQ."""

import asyncio
import http.client
import json
import os
import secrets
import signal
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.async_api import expect

from browser.chromium import CHROMIUM, browser, window
from browser.conftest import sign_in
from browser.walking import begin, both_systems, create
from chaos.matrix import everything_at_once, harmed
from chaos.premises import Premises, premises, shared_servers
from end_to_end.running_stack import (
    NGINX,
    POSTGRES,
    RABBIT,
    SERVICES,
    STOP_SECONDS,
    Running,
    followed,
    until,
)
from syncline_common.runtime.access import FIRST_EMAIL, PASSWORD_FILE

INTERNAL = (
    "/registry/internal/x",
    "/registry/internal",
    "//registry//internal//x",
    "/registry/./internal/x",
    "/registry/%2e/internal/x",
    "/registry/v1/%2e%2e/internal/x",
    "/registry/v1/..%2finternal/x",
    "/registry%2finternal%2fx",
    "/%72egistry/%69nternal/x",
    "/registry/INTERNAL/x",
    "/registry/internal;a=b/x",
    "/sync/internal/x?y=1",
)

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not POSTGRES, reason="LEFT OUT: there is no PostgreSQL here"),
    pytest.mark.skipif(not RABBIT, reason="LEFT OUT: there is no RabbitMQ here"),
    pytest.mark.skipif(NGINX == "", reason="LEFT OUT: there is no nginx here"),
]


async def test_scaled_out(tmp_path: Path) -> None:
    """One story, since its beginning takes most of the time."""
    async with shared_servers() as servers, premises(tmp_path, servers) as here:
        stack = here.stack
        await everything_answers_at_one_address(stack)
        await an_event_reaches_its_follower_who_may_come_back_for_more(stack)
        await what_is_internal_stays_inside(stack)
        await a_killed_worker_is_replaced(stack)
        await a_killed_service_is_answered_for_until_it_is_back(stack)
        await a_person_connects_two_systems(here)
        await whatever_goes_wrong_two_systems_end_in_step(here)
        await nothing_is_left_running(stack)


async def everything_answers_at_one_address(stack: Running) -> None:
    paths = [
        "/",
        "/healthz",
        *(f"/{name}/{what}" for name in SERVICES for what in ("readyz", "openapi.json")),
    ]
    assert {path: (await stack.answer(path)).status_code for path in paths} == dict.fromkeys(paths, 200)
    instances = {name: (await stack.answer(f"/{name}/readyz")).json()["instance"] for name in SERVICES}
    assert instances == {name: f"{name}-1" for name in SERVICES}


async def an_event_reaches_its_follower_who_may_come_back_for_more(stack: Running) -> None:
    async with asyncio.timeout(30):
        async with followed(stack, "0") as events:
            first = await stack.create_network()
            position, subject = await anext(events)
        second = await stack.create_network()
        async with followed(stack, position) as events:
            assert (subject, (await anext(events))[1]) == (first, second)


async def what_is_internal_stays_inside(stack: Running) -> None:
    """The proxy's log tells whom it asked: nobody."""
    trace = secrets.token_hex(16)
    for path in INTERNAL:
        status, kind, body = await asyncio.to_thread(as_it_is_spelled, stack.base_url, path, trace)
        assert (path, status, kind) == (path, 404, "application/problem+json")
        assert json.loads(body)["code"] == "not_found", path
    await asyncio.to_thread(as_it_is_spelled, stack.base_url, "/registry/v1/%6eetworks", trace)
    asked = await until(lambda: logged(stack, trace), lambda lines: len(lines) == len(INTERNAL) + 1)
    assert [line["upstream"] for line in asked[:-1]] == [""] * len(INTERNAL)
    assert asked[-1]["upstream"] == f"127.0.0.1:{stack.one('registry-1')['port']}"


async def a_killed_worker_is_replaced(stack: Running) -> None:
    killed = stack.one("worker-2")
    os.kill(killed["pid"], signal.SIGKILL)
    await until(lambda: now(stack, "worker-2"), lambda it: it["restarts"] == 1 and it["pid"] is not None)
    url = f"http://127.0.0.1:{killed['port']}/sync/readyz"
    await until(lambda: status_of(stack, url), lambda status: status == 200)


async def a_killed_service_is_answered_for_until_it_is_back(stack: Running) -> None:
    os.kill(stack.one("registry-1")["pid"], signal.SIGKILL)
    refusal = await until(lambda: stack.answer("/registry/v1/networks"), lambda it: it.status_code != 200)
    assert (refusal.status_code, refusal.json()["code"]) == (503, "unavailable")
    assert refusal.headers["content-type"] == "application/problem+json"
    assert int(refusal.headers["retry-after"]) > 0
    await until(lambda: stack.answer("/registry/v1/networks"), lambda it: it.status_code == 200)
    await stack.create_network()


async def whatever_goes_wrong_two_systems_end_in_step(here: Premises) -> None:
    """Longer, and one thing after the other: `make soak SUITE=matrix`."""
    await here.furnish()
    verdict = await harmed(here, everything_at_once, Random(1), before=2, quiet=11)
    assert verdict.broken == []
    assert verdict.events > 0 and verdict.faults.total() == 1


async def a_person_connects_two_systems(here: Premises) -> None:
    if not CHROMIUM:
        return  # tests/browser says so
    password = (here.stack.folder / PASSWORD_FILE).read_text()
    await here.ask("POST", "/registry/v1/networks", {"name": "By hand"})
    async with browser() as chromium, window(chromium, here.stack.base_url) as person:
        page = await person.new_page()
        await page.goto("/sign-in")
        await sign_in(page, FIRST_EMAIL, password)
        await begin(page, "By hand")
        await both_systems(page)
        await create(page, "Connected by hand")
        await expect(page.locator("main").get_by_text("Connection created")).to_be_visible()


async def nothing_is_left_running(stack: Running) -> None:
    """Not even while somebody follows a stream."""
    async with followed(stack, "0"):
        await stack.process.end(signal.SIGTERM, STOP_SECONDS)  # it looks for descendants as well
    assert not (stack.folder / "state.json").exists()
    assert "everything has stopped" in (stack.folder / "output.log").read_text()


async def now(stack: Running, name: str) -> dict[str, Any]:
    return stack.one(name)


async def status_of(stack: Running, url: str) -> int:
    try:
        return (await stack.http.get(url)).status_code
    except httpx2.HTTPError:
        return 0


async def logged(stack: Running, trace: str) -> list[dict[str, Any]]:
    text = (stack.folder / "log" / "proxy.log").read_text()
    return [json.loads(line) for line in text.splitlines() if trace in line]


def as_it_is_spelled(base_url: str, path: str, trace: str) -> tuple[int, str | None, bytes]:
    """Other clients tidy a path up before they send it."""
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=10)
    connection.putrequest("GET", path)
    connection.putheader("traceparent", f"00-{trace}-{'1' * 16}-01")
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.getheader("content-type"), answer.read()
    connection.close()
    return found
