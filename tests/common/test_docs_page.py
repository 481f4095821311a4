"""The API page works offline and under a strict Content-Security-Policy."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from syncline_common.api.docs import docs_routes

HOST = "http://syncline.test"
PAGE = "/registry/docs"


class Reading(HTMLParser):
    """What a browser would load, and what a strict policy would refuse."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.refused: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside = tag
        self.refused += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "script" and "src" not in given:
            self.refused.append("inline script")
        if tag in {"script", "link", "img", "iframe"}:
            self.loads += [given[name] for name in ("src", "href") if name in given]
        elif "href" in given:
            self.links.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in {"script", "style"} and data.strip():
            self.refused.append(f"inline {self._inside}")


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = FastAPI(title="Registry", docs_url=None, redoc_url=None, openapi_url="/registry/openapi.json")
    app.include_router(docs_routes("registry", "Registry <API>"))
    async with AsyncClient(transport=ASGITransport(app=app), base_url=HOST) as client:
        yield client


async def test_the_page_and_all_it_loads_are_served(client: AsyncClient) -> None:
    page = await client.get(PAGE)
    reading = Reading(page.text)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert len(reading.loads) == 4
    for address in [*reading.loads, *reading.links]:
        answer = await client.get(urljoin(f"{HOST}{PAGE}", address))
        assert answer.status_code == 200, address
        assert answer.content, address


async def test_every_asset_says_what_it_is_and_how_long_it_lasts(client: AsyncClient) -> None:
    kinds = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".png": "image/png"}
    for address in Reading((await client.get(PAGE)).text).loads:
        answer = await client.get(urljoin(f"{HOST}{PAGE}", address))
        assert answer.headers["content-type"] == kinds[re.sub(r".*(\.\w+)\?.*", r"\1", address)]
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert re.search(r"\?v=[0-9a-f]{12}$", address), "a new edition needs a new address"
    assert (await client.get(PAGE)).headers["cache-control"] == "no-cache"


async def test_no_other_host_is_asked(client: AsyncClient) -> None:
    page = (await client.get(PAGE)).text
    reading = Reading(page)
    for address in [*reading.loads, *reading.links]:
        assert urljoin(f"{HOST}{PAGE}", address).startswith(f"{HOST}/registry/"), address
        assert not urlsplit(address).netloc, address
    start = (await client.get(f"{PAGE}/assets/start.js")).text
    assert "//" not in page
    assert not re.search(r"https?:", page + start)
    assert "validatorUrl: null" in start


async def test_a_strict_policy_has_nothing_to_refuse(client: AsyncClient) -> None:
    page = await client.get(PAGE)
    assert Reading(page.text).refused == []
    directives = [directive.strip() for directive in page.headers["content-security-policy"].split(";")]
    assert "default-src 'self'" in directives
    assert not [directive for directive in directives if "unsafe" in directive or "http" in directive]


async def test_the_page_shows_the_document_of_its_service(client: AsyncClient) -> None:
    page = (await client.get(PAGE)).text
    assert "<title>Registry &lt;API&gt;</title>" in page
    (shown,) = re.findall(r'data-openapi="([^"]+)"', page)
    document = (await client.get(urljoin(f"{HOST}{PAGE}", shown))).json()
    assert document["openapi"].startswith("3.1.")
    assert document["paths"] == {}, "the page is no part of the API"


async def test_the_installed_files_read_openapi_3_1(client: AsyncClient) -> None:
    bundle = (await client.get(f"{PAGE}/assets/swagger-ui-bundle.js")).text
    (major,) = re.findall(r'PACKAGE_VERSION:"(\d+)\.', bundle)
    assert int(major) >= 5  # Swagger UI 5 is the first that does


async def test_nothing_else_of_the_package_is_served(client: AsyncClient) -> None:
    for name in ("", "__init__.py", "../main.py", "..%2Fmain.py", "swagger-ui.js"):
        assert (await client.get(f"{PAGE}/assets/{name}")).status_code == 404, name
