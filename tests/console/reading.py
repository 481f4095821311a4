"""A person without a browser: reads pages, follows links, fills in forms as they are."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import httpx2


@dataclass
class FoundForm:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)  # buttons that are disabled

    def filled(self, **typed: Any) -> list[tuple[str, str]]:
        """What a browser would send; a list chooses several."""
        kept = [(name, value) for name, value in self.fields if name not in typed]
        new = [
            (name, it)
            for name, given in typed.items()
            for it in (given if isinstance(given, list) else [given])
        ]
        return [*kept, *new]


class Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[FoundForm] = []
        self.links: dict[str, str] = {}
        self.words: list[str] = []
        self._open: FoundForm | None = None
        self._at: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._open = FoundForm(given.get("action") or "", given.get("method") or "get")
            self.forms.append(self._open)
        if tag in ("a", "button", "textarea", "option"):
            self._at.append((tag, given))
        name = given.get("name")
        if self._open is not None and name and tag == "input" and _is_sent(given):
            self._open.fields.append((name, given.get("value") or ""))

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if not self._at:
            return
        tag, given = self._at[-1]
        if tag == "a" and given.get("href") and data.strip():
            self.links.setdefault(data.strip(), given["href"] or "")
        if tag == "button" and self._open is not None and data.strip():
            (self._open.closed if "disabled" in given else self._open.buttons).append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if self._at and self._at[-1][0] == tag:
            self._at.pop()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _is_sent(given: dict[str, str | None]) -> bool:
    return given.get("type") not in ("checkbox", "radio") or "checked" in given


@dataclass
class Visit:
    """The page that one is on."""

    http: httpx2.AsyncClient
    answer: httpx2.Response

    @property
    def page(self) -> Reader:
        return Reader(self.answer.text)

    @property
    def path(self) -> str:
        return self.answer.url.path

    @property
    def text(self) -> str:
        return self.page.text

    def form(self, button: str) -> FoundForm:
        """The one with this button, closed or not."""
        found = [it for it in self.page.forms if button in (*it.buttons, *it.closed)]
        assert found, f"no form with {button!r} at {self.path}: {self.text[:600]}"
        return found[0]

    def has(self, button: str) -> bool:
        return any(button in it.buttons for it in self.page.forms) or button in self.page.links

    async def open(self, path: str) -> "Visit":
        return Visit(self.http, await self.http.get(path))

    async def follow(self, link: str) -> "Visit":
        assert link in self.page.links, f"no link {link!r} at {self.path}: {sorted(self.page.links)}"
        return await self.open(self.page.links[link])

    async def press(self, button: str, **typed: Any) -> "Visit":
        """Fields whose names have dots are given as `auth__pat__token`."""
        form = self.form(button)
        assert button in form.buttons, f"{button!r} is closed at {self.path}: {self.text[:600]}"
        named = {name.replace("__", "."): value for name, value in typed.items()}
        return await self.send(form.action or self.path, form.filled(**named))

    async def send(self, path: str, pairs: list[tuple[str, str]], **headers: str) -> "Visit":
        body = urlencode(pairs)
        sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return Visit(self.http, await self.http.post(path, content=body.encode(), headers=sent))


async def sign_in(http: httpx2.AsyncClient, email: str, password: str) -> Visit:
    door = Visit(http, await http.get("/"))
    return await door.press("Sign in", email=email, password=password)
