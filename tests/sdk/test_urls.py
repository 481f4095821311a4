"""A system's URL means the same to every parser, and has one canonical form."""

from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline_common.errors import Invalid
from syncline_common.sdk.outbound_urls import URL, split_url


@given(st.from_regex(URL, fullmatch=True))
def test_what_is_let_pass_means_the_same_to_every_parser(url: str) -> None:
    try:
        origin, path = split_url(url)
    except Invalid:
        return
    host, _, port = origin.removeprefix("https://").partition(":")
    ours, theirs = httpx2.URL(url), urlsplit(url)
    assert ours.host == theirs.hostname == host
    assert (ours.port or 443) == (theirs.port or 443) == int(port or 443)
    assert theirs.path == path and not ours.userinfo and not ours.query and not ours.fragment


@given(st.text())
def test_anything_else_is_invalid_and_nothing_worse(text: str) -> None:
    for url in (text, f"https://{text}", f"https://public.example/{text}"):
        try:
            origin, _ = split_url(url)
        except Invalid:
            continue
        assert httpx2.URL(url).host in origin


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Dev.Azure.com/Contoso", ("https://dev.azure.com", "/Contoso")),
        ("HTTPS://dev.azure.com:443", ("https://dev.azure.com", "")),
        ("https://dev.azure.com:8443/a/", ("https://dev.azure.com:8443", "/a/")),
        ("https://dev.azure.com/Fabrikam%20Fiber", ("https://dev.azure.com", "/Fabrikam%20Fiber")),
        ("https://xn--bcher-kva.example", ("https://xn--bcher-kva.example", "")),
        ("https://acme-1.service-now.com", ("https://acme-1.service-now.com", "")),
    ],
)
def test_origin_and_path(url: str, expected: tuple[str, str]) -> None:
    assert split_url(url) == expected
