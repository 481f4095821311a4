"""Takes every secret that this process has loaded out of what it writes, however it was encoded."""

import base64
import json
from collections import OrderedDict
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

MASK = "[secret]"
SHORTEST = 6  # a shorter "secret" would black out ordinary words
AT_MOST = 20_000  # secrets; the one that was learnt or seen again longest ago is forgotten first


class Redactor:
    """Looks forms up by their first characters, so that a line costs its length, however many secrets there are."""

    def __init__(self) -> None:
        self._learnt: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._by_start: dict[str, list[str]] = {}

    def learn(self, secret: str) -> None:
        if len(secret) < SHORTEST:
            return
        if secret in self._learnt:
            self._learnt.move_to_end(secret)
            return
        forms = tuple({form for form in _forms_of(secret) if len(form) >= SHORTEST})
        self._learnt[secret] = forms
        for form in forms:
            same_start = self._by_start.setdefault(form[:SHORTEST], [])
            same_start.append(form)
            same_start.sort(key=len, reverse=True)
        if len(self._learnt) > AT_MOST:
            self._forget(*self._learnt.popitem(last=False))

    def clean(self, text: str) -> str:
        if not self._by_start:
            return text
        parts, kept, at = list[str](), 0, 0
        while at <= len(text) - SHORTEST:
            found = self._found(text, at)
            if found:
                parts += (text[kept:at], MASK)
                kept = at = at + found
            else:
                at += 1
        return "".join((*parts, text[kept:])) if parts else text

    def _found(self, text: str, at: int) -> int:
        """The length of the longest form that begins here."""
        candidates = self._by_start.get(text[at : at + SHORTEST], ())
        return next((len(form) for form in candidates if text.startswith(form, at)), 0)

    def _forget(self, _secret: str, forms: tuple[str, ...]) -> None:
        for form in forms:
            same_start = self._by_start[form[:SHORTEST]]
            same_start.remove(form)
            if not same_start:
                del self._by_start[form[:SHORTEST]]


def _forms_of(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    for ascii_only in (True, False):
        once = json.dumps(secret, ensure_ascii=ascii_only)
        yield once[1:-1]
        yield json.dumps(once)[3:-3]  # a document inside a document
        yield json.dumps(once, ensure_ascii=False)[3:-3]
    yield from _inside_base64(secret.encode())


def _inside_base64(raw: bytes) -> Iterator[str]:
    """Wherever it starts in a longer text: base64 has three alignments, and its edges mix with the neighbours."""
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + raw).decode()
        tail = (offset + len(raw)) % 3
        middle = coded[(0, 2, 3)[offset] : len(coded) - (0, 3, 2)[tail]]
        yield middle
        yield middle.translate(str.maketrans("+/", "-_"))


REDACTOR = Redactor()  # one per process: secrets must not depend on who remembers to pass it on
