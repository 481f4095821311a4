"""What people send: fields of a form, with the token that shows it came from a page of ours."""

import hmac
from collections.abc import Iterator, Mapping
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request

from syncline_common.errors import Forbidden, Invalid
from syncline_console.pages.cookies import session_of, visit_of
from syncline_console.sessions import csrf_of

MOST_FIELDS = 200
NOT_OURS = "This form was not sent from a page of yours, or that page is too old; load it again and repeat"


class Form(Mapping[str, str]):
    """A field that was not sent is empty."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in reversed(self._pairs) if key == name), "")

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._pairs))

    def __len__(self) -> int:
        return len(dict(self._pairs))

    def all(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]

    def text(self, name: str) -> str:
        return self[name].strip()

    def starting(self, prefix: str) -> dict[str, str]:
        """The fields of a part, without its prefix."""
        return {key.removeprefix(prefix): value for key, value in self._pairs if key.startswith(prefix)}


async def _form(request: Request) -> Form:
    """Forbidden unless the field `csrf` is the one of this browser's cookie, and the browser doesn't say otherwise."""
    form = Form(_pairs(await request.body()))
    expected = csrf_of(session_of(request) or visit_of(request))
    if not hmac.compare_digest(form["csrf"].encode(), expected.encode()) or _comes_from_elsewhere(request):
        raise Forbidden(NOT_OURS)
    return form


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Invalid("This is not a form of ours") from None


def _comes_from_elsewhere(request: Request) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    return origin not in (None, "null") and urlsplit(origin).netloc != request.headers.get("host")


ByForm = Annotated[Form, Depends(_form)]


def local(address: str) -> str:
    """A place on this site, whatever was asked for."""
    odd = not address.startswith("/") or address.startswith(("//", "/\\")) or "\\" in address
    return "/" if odd or any(ord(it) < 32 for it in address) else address
