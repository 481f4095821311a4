"""An address is recognised as what it is, in every spelling, and never as something else."""

import json
import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.addresses import KNOWN, OTHERS, REFUSED
from syncline_common.connectors.addresses import origins, recognise
from syncline_common.connectors.catalogue import MANIFESTS

EXAMPLES = [
    (kind, canonical, typed)
    for kind, forms in KNOWN.items()
    for canonical, spellings in forms.items()
    for typed in spellings
]
CANONICAL = [(kind, canonical) for kind, forms in KNOWN.items() for canonical in forms]


@pytest.mark.parametrize(("kind", "canonical", "typed"), EXAMPLES)
def test_every_spelling_is_kept_under_one(kind: str, canonical: str, typed: str) -> None:
    found = recognise(typed)
    assert (found.kind, found.canonical, found.kinds, found.message) == (kind, canonical, (), "")


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_no_system_is_refused_with_a_hint(typed: str) -> None:
    found = recognise(typed)
    assert (found.kind, found.canonical, found.kinds) == (None, None, ())
    assert len(found.message) > 20


@pytest.mark.parametrize(("canonical", "typed"), [(to, it) for to, typed in OTHERS.items() for it in typed])
def test_other_hosts_are_a_choice(canonical: str, typed: str) -> None:
    found = recognise(typed)
    assert (found.kind, found.canonical, set(found.kinds)) == (None, canonical, {"github", "servicenow"})
    assert "GitHub" in found.message and "ServiceNow" in found.message


def test_the_choice_is_taken() -> None:
    assert recognise("git.example.com/octo", "github").kind == "github"
    assert recognise("https://tickets.example.com", "servicenow").canonical == "https://tickets.example.com"


@pytest.mark.parametrize("kind", ["jira", "zendesk", "nothing"])
def test_a_kind_without_hosts_of_its_own_can_not_be_chosen(kind: str) -> None:
    assert recognise("https://tickets.example.com", kind).kind is None


@pytest.mark.parametrize(("kind", "canonical"), CANONICAL)
def test_a_vendors_host_is_not_overruled(kind: str, canonical: str) -> None:
    other = "github" if kind != "github" else "servicenow"
    found = recognise(canonical, other)
    assert found.kind is None and found.canonical is None and MANIFESTS[kind].label in found.message


def test_there_are_enough_examples_of_every_kind() -> None:
    assert set(KNOWN) == set(MANIFESTS)
    assert len(EXAMPLES) + len(REFUSED) + sum(map(len, OTHERS.values())) >= 150
    assert all(sum(map(len, forms.values())) >= 5 for forms in KNOWN.values())


def test_every_shape_is_among_the_examples_and_recognises_its_own() -> None:
    for manifest in MANIFESTS.values():
        for shape in manifest.shapes:
            assert recognise(shape.example).kind == manifest.kind
            typed = [
                urlsplit(it if "://" in it else f"https://{it}").hostname or ""
                for kind, _, it in EXAMPLES
                if kind == manifest.kind and "git@ssh" not in it
            ]
            assert "ssh" in shape.host or any(re.fullmatch(shape.host, host) for host in typed), shape


def test_a_secret_in_an_address_is_not_repeated() -> None:
    assert "hunter2" not in json.dumps(str(recognise("https://ada:hunter2@git.example.com")))


paths = st.text("abc/._-~%?#&=019éЖ", max_size=30).map(lambda it: f"/{it}")


@given(st.sampled_from([it for it in CANONICAL if it[0] not in ("jira", "zendesk")]), paths, st.booleans())
def test_what_follows_changes_nothing(of: tuple[str, str], path: str, shout: bool) -> None:
    kind, canonical = of
    typed = canonical.upper() + path if shout else canonical + path
    assert (recognise(typed).kind, recognise(typed).canonical) == (kind, canonical)


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z.\-]{1,30}/[a-z/]{0,10}", fullmatch=True))
def test_anything_has_an_answer_and_the_canonical_form_is_its_own(typed: str) -> None:
    found = recognise(typed)
    assert (found.canonical is None) == (found.kind is None and not found.kinds)
    assert found.kind is not None or found.message
    if found.canonical is not None:
        assert recognise(found.canonical).canonical == found.canonical


@given(st.sampled_from(CANONICAL), st.from_regex(r"[a-z]{1,10}(\.[a-z]{2,6}){1,2}", fullmatch=True))
def test_a_look_alike_is_never_taken_for_a_vendor(of: tuple[str, str], real: str) -> None:
    """A vendor's host in front of another one, in its path, or as a user name."""
    host = urlsplit(of[1]).netloc
    real = f"{real}.example"
    for typed in (f"https://{host}.{real}/x", f"https://{real}/{host}", f"https://{host}@{real}/"):
        assert recognise(typed).kind is None


@pytest.mark.parametrize(
    ("kind", "canonical", "expected"),
    [
        (
            "azure_devops",
            "https://dev.azure.com/fabrikam",
            {"https://dev.azure.com", "https://fabrikam.visualstudio.com"},
        ),
        ("servicenow", "https://acme.service-now.com", {"https://acme.service-now.com"}),
        ("servicenow", "https://tickets.example.com:8443", {"https://tickets.example.com:8443"}),
        ("github", "https://github.com/octo-org", {"https://github.com", "https://api.github.com"}),
        ("github", "https://octo.ghe.com", {"https://octo.ghe.com", "https://api.octo.ghe.com"}),
        ("jira", "https://acme.atlassian.net", {"https://acme.atlassian.net", "https://api.atlassian.com"}),
    ],
)
def test_the_credential_goes_nowhere_else(kind: str, canonical: str, expected: set[str]) -> None:
    assert set(origins(kind, canonical)) == expected


@pytest.mark.parametrize(("kind", "canonical"), CANONICAL)
def test_origins_are_hosts_of_the_vendor(kind: str, canonical: str) -> None:
    for origin in origins(kind, canonical):
        parts = urlsplit(origin)
        assert parts.scheme == "https" and parts.hostname and not parts.path and "{" not in origin
