"""The door of the embedded mode: each service behind its first word, and what is internal behind none."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from syncline_common.runtime.serve import listen, serving
from syncline_embedded.front import front, inside


def answering(word: str, *paths: str) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for path in paths:
        app.add_api_route(path, lambda: word)
    return app


REGISTRY = answering("registry", "/registry/v1/x", "/registry/internal", "/registry/internal/secrets")
CONSOLE = answering("console", "/", "/internal/x", "/registryx", "/static/registry/internal")


@pytest.fixture
async def public() -> AsyncIterator[str]:
    async with serving(front({"registry": REGISTRY}, CONSOLE), listen("127.0.0.1", 0)) as url:
        yield url


@pytest.fixture
async def private() -> AsyncIterator[str]:
    async with serving(inside({"registry": REGISTRY}, CONSOLE), listen("127.0.0.1", 0)) as url:
        yield url


async def get(url: str, path: str) -> tuple[int, str]:
    """The path exactly as given: an HTTP client would tidy it up."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    return int(head.split()[1]), body.strip('"')


async def test_the_first_word_says_whose_it_is(public: str) -> None:
    assert await get(public, "/registry/v1/x") == (200, "registry")
    for path in ("/", "/registryx", "/static/registry/internal"):
        assert await get(public, path) == (200, "console")
    assert (await get(public, "/registry/v1/y"))[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/registry/internal",
        "/registry/internal/",
        "/registry/internal/secrets",
        "/registry/internal/secrets/",
        "/registry/internal/secrets?x=1",
        "/registry//internal/secrets",
        "//registry/internal/secrets",
        "/registry/%69nternal/secrets",
        "/%72egistry/internal/secrets",
        "/registry%2Finternal%2Fsecrets",
        "/registry/internal%2Fsecrets",
        "/registry/./internal/secrets",
        "/registry/v1/../internal/secrets",
        "/registry/INTERNAL/secrets",
        "/REGISTRY/internal/secrets",
        "/registry/internal;x/secrets",
        "/registry/internal/../internal/secrets",
        "http://127.0.0.1/registry/internal/secrets",
    ],
)
async def test_what_is_internal_is_not_there_for_anybody_outside(public: str, path: str) -> None:
    status, body = await get(public, path)
    assert status in (400, 404) and "registry" not in body


async def test_the_services_among_themselves_reach_it(private: str) -> None:
    assert await get(private, "/registry/internal/secrets") == (200, "registry")
    assert await get(private, "/registry/v1/x") == (200, "registry")
    assert await get(private, "/") == (200, "console")
