"""Which of a connection's systems does not answer, as its facts say."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from syncline_cli.api import Api
from syncline_cli.commands.connections import _unreached

SINCE = "2026-03-31T10:00:00Z"


class Answering:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document, self.asked = document, list[str]()

    def get(self, path: str, what: str, *, expected: tuple[int, ...]) -> SimpleNamespace:
        self.asked.append(path)
        return SimpleNamespace(document=self.document)


def said(api: Answering, published: int | None = 1) -> str:
    return _unreached(cast(Api, api), {"id": "c1", "name": "Bugs", "published_version": published})


@pytest.mark.parametrize(
    "document",
    [{"gates": []}, {"gates": None}, {"gates": [{"side": "a", "away_since": None}]}, {"code": "not_found"}],
)
def test_nothing_is_said_where_all_are_reached_or_nobody_knows(document: dict[str, Any]) -> None:
    assert said(Answering(document)) == ""


def test_each_that_is_not_is_named_with_its_time() -> None:
    gates = [{"side": "a", "away_since": None}, {"side": "b", "away_since": SINCE}]
    text = said(Answering({"gates": gates}))
    assert text.startswith("b since ") and "2026" in text


def test_what_is_not_published_asks_nobody() -> None:
    api = Answering({})
    assert (said(api, None), api.asked) == ("", [])
