"""What a connection's page says of how it is doing."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from syncline_console.client.views import Health
from syncline_console.pages import words
from syncline_console.pages.page import templates

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
ENDS = {
    "a": SimpleNamespace(name="Boards <1>", url="https://dev.azure.com/x"),
    "b": SimpleNamespace(name="", url="https://x.service-now.com"),
}
PART = '{% from "components/health.html" import doing, unreached %}'


def said(part: str, **facts: Any) -> str:
    health = Health.model_validate(facts)
    given = {"connection": ENDS, "health": health, "now": NOON, "words": words}
    return " ".join(templates.from_string(PART + part).render(**given).split())


def test_a_system_that_is_not_reached_is_named_with_the_first_time() -> None:
    earlier, later = NOON - timedelta(hours=2), NOON - timedelta(hours=1)
    gates = [
        {"side": "a", "away_since": None, "limit": 300},
        {"side": "b", "away_since": later.isoformat()},
        {"side": "b", "away_since": earlier.isoformat()},
    ]
    text = said("{{ unreached(connection, health, words) }}", gates=gates)
    assert f"https://x.service-now.com has not been reached since {words.exact(earlier)}." in text
    assert "Boards" not in text
    text = said("{{ unreached(connection, health, words) }}", gates=[{"side": "a", "away_since": NOON}])
    assert "Boards &lt;1&gt; has not been reached" in text


def test_nothing_is_said_of_systems_that_are_reached_or_that_nobody_can_tell_of() -> None:
    for gates in (None, [], [{"side": "a"}, {"side": "b", "away_since": None}]):
        assert said("{{ unreached(connection, health, words) }}", gates=gates) == ""


def test_what_waits_is_counted_and_what_does_not_is_left_out() -> None:
    shown = "{{ doing(health, now, words) }}"
    assert "<dd>1 pair</dd>" in said(shown, links=1)
    facts = {"links": 2, "waiting": 3, "open_issues": 4, "open_conflicts": 1}
    assert "2 pairs, 3 waiting, 4 set aside, 1 conflict</dd>" in said(shown, **facts)
    assert "not yet" in said(shown) and "1 hour" in said(shown, last_checked=NOON - timedelta(hours=1))
