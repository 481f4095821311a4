"""Files that browsers keep: their address changes with their content, so a kept one is never an old one."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HERE = Path(__file__).parent / "static"
HTMX = "htmx.min.js"  # an installed package's; no copy of it is kept here
FOREVER = "public, max-age=31536000, immutable"


def htmx_folder() -> Path:
    return Path(str(files("js_lib_htmx"))) / "static" / "htmx"


@cache
def address_of(name: str) -> str:
    folder = htmx_folder() if name == HTMX else HERE
    return f"/static/{name}?v={sha256((folder / name).read_bytes()).hexdigest()[:12]}"


class Assets(StaticFiles):
    def __init__(self) -> None:
        super().__init__(directory=HERE)

    def lookup_path(self, path: str) -> tuple[str, object]:  # type: ignore[override]
        if path == HTMX:
            found = htmx_folder() / HTMX
            return str(found), found.stat()
        return super().lookup_path(path)

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if b"v=" in scope.get("query_string", b"") and answer.status_code == 200:
            answer.headers["Cache-Control"] = FOREVER
        return answer
