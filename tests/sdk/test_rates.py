"""What vendors say of their limits, and what is made of it."""

import pytest

from syncline_common.connectors.catalogue import manifest_of
from syncline_common.sdk.rates import RateHeaders, RateWord, word_of

DATE = "Tue, 31 Mar 2026 18:40:00 GMT"
THEN = 1774982400  # the same
ALL = RateHeaders("x-limit", "x-remaining", "x-reset", "x-delay")


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({}, None),
        ({"x-limit": "200"}, RateWord(limit=200)),
        ({"x-limit": "0"}, RateWord(limit=2)),
        ({"x-limit": "many"}, None),
        ({"x-limit": "9" * 30}, None),
        ({"x-remaining": "3", "x-reset": "30"}, None),
        ({"x-remaining": "0", "x-reset": "30"}, RateWord(pause=30)),
        ({"x-remaining": "0", "x-reset": str(THEN + 45), "date": DATE}, RateWord(pause=45)),
        ({"x-remaining": "0", "x-reset": str(THEN - 45), "date": DATE}, None),
        ({"x-remaining": "0", "x-reset": str(THEN + 45)}, None),
        ({"x-remaining": "0", "x-reset": str(THEN + 10**6), "date": DATE}, RateWord(pause=3600)),
        ({"x-delay": "0.000"}, None),
        ({"x-delay": "1.250"}, RateWord(pause=1.25)),
        ({"retry-after": "12"}, RateWord(pause=12)),
        ({"retry-after": "12", "x-delay": "1.5", "x-limit": "10"}, RateWord(12, 10)),
        ({"x-limit": "-5", "x-delay": "-5", "retry-after": "soon"}, None),
    ],
    ids=str,
)
def test_words(headers: dict[str, str], word: RateWord | None) -> None:
    assert word_of(headers, ALL) == word


def test_azure_devops_counts_in_units_of_its_own() -> None:
    said = {"x-ratelimit-limit": "200", "x-ratelimit-delay": "2.000", "x-ratelimit-remaining": "0"}
    assert word_of(said, manifest_of("azure_devops").budget.told) == RateWord(pause=2)


def test_servicenow_says_how_many_an_hour() -> None:
    said = {"x-ratelimit-limit": "1000", "x-ratelimit-reset": str(THEN + 60), "x-ratelimit-rule": "Sandbox"}
    assert word_of(said, manifest_of("servicenow").budget.told) == RateWord(limit=1000)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("api-usage=18/5000", RateWord(limit=4000)),
        ("api-usage=3999/5000; per-app-api-usage=17/250(appName=x)", RateWord(limit=4000)),
        ("api-usage=4000/5000", RateWord(3600, 4000)),
        ("api-usage=1/1", RateWord(3600, 2)),
        ("api-usage=many", None),
        ("", None),
    ],
)
def test_salesforce_says_how_much_everybody_has_used(said: str, word: RateWord | None) -> None:
    """A fifth of the day is left to the others."""
    assert word_of({"sforce-limit-info": said}, manifest_of("salesforce").budget.told) == word
