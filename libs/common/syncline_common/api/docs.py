"""The readable page of a service's HTTP API, whole from this process: it asks no other host for anything."""

from collections.abc import Awaitable, Callable
from functools import cache
from hashlib import sha256
from html import escape
from importlib.metadata import version
from importlib.resources import files
from string import Template

from fastapi import APIRouter, Response

PACKAGE = "fastapi-swagger"  # only for the files of Swagger UI that it carries; its code stays unused
FOLDER = "fastapi_swagger.resources"

PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>$title</title>
  <link rel="icon" type="image/png" href="docs/assets/favicon-32x32.png?v=$edition">
  <link rel="stylesheet" href="docs/assets/swagger-ui.css?v=$edition">
  <script src="docs/assets/swagger-ui-bundle.js?v=$edition" defer></script>
  <script src="docs/assets/start.js?v=$edition" defer></script>
</head>
<body>
  <div id="page" data-openapi="openapi.json"></div>
  <noscript>Without JavaScript, read <a href="openapi.json">openapi.json</a>.</noscript>
</body>
</html>
""")

START = """\
"use strict";
const page = document.getElementById("page");
SwaggerUIBundle({
  url: new URL(page.dataset.openapi, document.baseURI).href,
  domNode: page,
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false, // a key does not outlive the page
  queryConfigEnabled: false, // a link cannot point the page at another document
  validatorUrl: null, // or the address of this document goes to a validator elsewhere
});
"""

# The stylesheet draws its arrows as data: images; under a bare "default-src 'self'" only those are missing.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
FRESH = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
LASTING = {"Cache-Control": "public, max-age=31536000, immutable"}  # the page names the edition it wants

KINDS = {
    "favicon-32x32.png": "image/png",
    "start.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}


def docs_routes(service: str, title: str) -> APIRouter:
    """`/<service>/docs`, showing `/<service>/openapi.json`. Relative links: a prefix may stand in front."""
    routes = APIRouter(prefix=f"/{service}/docs", include_in_schema=False)
    edition = sha256((version(PACKAGE) + START).encode()).hexdigest()[:12]
    page = PAGE.substitute(title=escape(title), edition=edition)

    async def show_page() -> Response:
        return Response(page, media_type="text/html", headers=FRESH)

    routes.add_api_route("", show_page)
    for name in KINDS:
        routes.add_api_route(f"/assets/{name}", _shown(name))
    return routes


def _shown(name: str) -> Callable[[], Awaitable[Response]]:
    async def show_asset() -> Response:
        return Response(_asset(name), media_type=KINDS[name], headers=LASTING)

    return show_asset


@cache
def _asset(name: str) -> bytes:
    return START.encode() if name == "start.js" else files(FOLDER).joinpath(name).read_bytes()
