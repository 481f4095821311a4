"""No loaded secret is written, however it was encoded; and ordinary words stay readable."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline_common.redaction import MASK, Redactor

SECRET = 'Tür+zu/42 "ab"~~'

WRITTEN = {
    "plain": ('x=Tür+zu/42 "ab"~~;', "x=[secret];"),
    "twice": ('Tür+zu/42 "ab"~~Tür+zu/42 "ab"~~', "[secret][secret]"),
    "in a path": ("/T%C3%BCr%2Bzu%2F42%20%22ab%22~~/", "/[secret]/"),
    "in a form": ("a=T%C3%BCr%2Bzu%2F42+%22ab%22~~&b", "a=[secret]&b"),
    "JSON": (r'{"a": "T\u00fcr+zu/42 \"ab\"~~"}', '{"a": "[secret]"}'),
    "JSON in UTF-8": (r'{"a": "Tür+zu/42 \"ab\"~~"}', '{"a": "[secret]"}'),
    "JSON in JSON": (r'"{\"a\": \"T\\u00fcr+zu/42 \\\"ab\\\"~~\"}"', r'"{\"a\": \"[secret]\"}"'),
    "JSON in JSON, inside UTF-8": (r'"[\"T\u00fcr+zu/42 \\\"ab\\\"~~\"]"', r'"[\"[secret]\"]"'),
    "JSON in JSON, both UTF-8": (r'"[\"Tür+zu/42 \\\"ab\\\"~~\"]"', r'"[\"[secret]\"]"'),
    "base64, first": ("VMO8cit6dS80MiAiYWIifn58ZW5k", "[secret]58ZW5k"),
    "base64, after 1": ("dVTDvHIrenUvNDIgImFiIn5+fGVuZA==", "dV[secret]fGVuZA=="),
    "base64, after 2": ("dXNUw7xyK3p1LzQyICJhYiJ+fnxlbmQ=", "dXN[secret]nxlbmQ="),
    "base64, after 5": ("dXNlcjpUw7xyK3p1LzQyICJhYiJ+fnxlbmQ=", "dXNlcjp[secret]nxlbmQ="),
    "for URLs, after 1": ("dVTDvHIrenUvNDIgImFiIn5-fGVuZA==", "dV[secret]fGVuZA=="),
    "for URLs, after 2": ("dXNUw7xyK3p1LzQyICJhYiJ-fnxlbmQ=", "dXN[secret]nxlbmQ="),
}


@pytest.mark.parametrize(("text", "cleaned"), WRITTEN.values(), ids=WRITTEN)
def test_a_secret_is_masked_however_it_was_written(text: str, cleaned: str) -> None:
    redactor = Redactor()
    redactor.learn("another secret")
    assert redactor.clean(text) == text
    redactor.learn(SECRET)
    assert redactor.clean(text) == cleaned


def test_a_secret_learnt_later_is_masked_as_well() -> None:
    redactor = Redactor()
    assert redactor.clean("hunter2 and correct horse") == "hunter2 and correct horse"
    redactor.learn("hunter2")
    assert redactor.clean("hunter2 and correct horse") == "[secret] and correct horse"
    redactor.learn("correct horse")
    assert redactor.clean("hunter2 and correct horse") == "[secret] and [secret]"


def test_of_a_secret_inside_another_the_longer_goes_first() -> None:
    redactor = Redactor()
    for secret in ("the middle", "the middle one"):
        redactor.learn(secret)
    assert redactor.clean("the middle one, the middle") == "[secret], [secret]"


@pytest.mark.parametrize(
    ("secret", "masked"), [("", False), ("a", False), ("admin", False), ("admin1", True)]
)
def test_a_short_one_would_black_out_words(secret: str, masked: bool) -> None:
    redactor = Redactor()
    redactor.learn(secret)
    assert redactor.clean("admin admin1") == (f"admin {MASK}" if masked else "admin admin1")


def test_what_looks_like_a_pattern_is_none() -> None:
    redactor = Redactor()
    redactor.learn("a.*b(c)[d]")
    assert redactor.clean("axxb a.*b(c)[d]") == "axxb [secret]"


@given(
    secret=st.text(st.characters(codec="utf-8"), min_size=12, max_size=40),
    before=st.binary(max_size=7),
    after=st.binary(max_size=7),
)
def test_no_encoding_shows_a_third_of_it(secret: str, before: bytes, after: bytes) -> None:
    redactor = Redactor()
    redactor.learn(secret)
    whole = before + secret.encode() + after
    for text in (
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps({"a": secret}),
        json.dumps({"a": json.dumps({"b": secret})}),
        base64.b64encode(whole).decode(),
        base64.urlsafe_b64encode(whole).decode(),
    ):
        assert MASK in redactor.clean(text)
