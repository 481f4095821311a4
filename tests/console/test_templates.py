"""Templates follow the policy of their pages, and the gallery shows every component."""

import re

import pytest

from architecture.sources import ROOT
from syncline_console.assets import HERE, HTMX, address_of, htmx_folder
from syncline_console.pages.page import POLICY, templates

FOLDER = ROOT / "services/console/syncline_console/templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
COMPONENTS = {path.stem for path in (FOLDER / "components").glob("*.html")}
PARTS = {
    "access",
    "build",
    "candidate",
    "health",
    "progress",
    "time",
}  # made of others, or shown with what they are about
FORBIDDEN = re.compile(
    r"\son[a-z]+=|\sstyle=|<style|<script(?![^>]*\ssrc=)|javascript:|hx-on|hx-vals|\|\s*safe"
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_can_be_read_and_has_nothing_inline(name: str) -> None:
    templates.get_template(name)
    text = (FOLDER / name).read_text()
    found = {it.strip() for it in FORBIDDEN.findall(text)}
    ours = {"| safe"} if re.search(r"attributes=[^}]*\| safe|PART \| safe", text) else set()
    assert found <= ours, found


@pytest.mark.parametrize("name", [it for it in TEMPLATES if it.startswith("pages/") or it == "base.html"])
def test_every_form_that_changes_something_carries_its_token(name: str) -> None:
    for form in re.findall(r"<form.*?</form>", (FOLDER / name).read_text(), re.DOTALL):
        assert 'method="get"' in form or 'method="dialog"' in form or "csrf_field" in form, form[:80]
        assert re.search(r'<form[^>]*\s(?:action|method="dialog")', form), form[:80]


def test_the_gallery_shows_every_component() -> None:
    text = (FOLDER / "pages/gallery.html").read_text() + (FOLDER / "base.html").read_text()
    shown = set(re.findall(r'from "components/(\w+)\.html"', text))
    assert shown >= COMPONENTS - PARTS


def test_the_policy_lets_in_our_own_files_only() -> None:
    assert "default-src 'none'" in POLICY and "unsafe" not in POLICY and "http" not in POLICY


def test_the_first_page_is_small() -> None:
    """With the script of signed-in pages, though the first page itself doesn't need it."""
    sent = [HERE / name for name in ("tokens.css", "console.css", "components.css", "console.js", "mark.svg")]
    weight = sum(path.stat().st_size for path in [*sent, htmx_folder() / HTMX])
    assert weight + len((FOLDER / "base.html").read_bytes()) * 2 < 100_000


def test_an_asset_changes_its_address_with_its_content() -> None:
    assert re.fullmatch(r"/static/console\.css\?v=[0-9a-f]{12}", address_of("console.css"))
    assert address_of(HTMX) != address_of("console.js")
