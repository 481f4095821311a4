"""Writes docs/connectors: a page per kind, from its manifest and its ledger. `python -m syncline_common.connectors.docs`"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.connectors.quality import POINTS, Ledger, ledger_of
from syncline_common.sdk.manifest import Manifest, Stream

GENERATED = "Generated from the manifests by `python -m syncline_common.connectors.docs`; edit those."


def pages() -> dict[str, str]:
    """By file name."""
    return {"README.md": _index(), **{f"{kind}.md": _page(it) for kind, it in MANIFESTS.items()}}


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text)


def _index() -> str:
    rows = [
        (f"[{it.label}]({kind}.md)", f"`{kind}`", "yes" if it.installed else "not yet", _open_points(it))
        for kind, it in MANIFESTS.items()
    ]
    return _text(
        ["# Connectors", "", GENERATED, "", *_table(("kind", "name", "installed", "open points"), rows)]
    )


def _open_points(manifest: Manifest) -> str:
    return str(len(ledger_of(manifest.kind).todo)) if manifest.installed else ""


def _page(manifest: Manifest) -> str:
    streams = [*manifest.streams, *([manifest.discovered] if manifest.discovered else [])]
    status = (
        "There is a connector." if manifest.installed else "There is no connector yet: these are its facts."
    )
    return _text(
        [
            f"# {manifest.label}",
            "",
            f"{status} {GENERATED} The vendor's documents: <{manifest.docs}>",
            *_section("Before you connect it", manifest.prerequisites),
            *_section("Known limitations", manifest.limitations),
            *_section("Addresses", [f"`{it.example}`" for it in manifest.shapes]),
            *(["- any other host, if you say that it runs there"] if manifest.any_host else []),
            *_heading("What it asks for"),
            *_table(("scheme", "field", "where to find it"), _fields(manifest)),
            *_heading("Record types"),
            *_table(("name", "operations (class)", "feeds", "lag", "conditional"), map(_stream, streams)),
            *_section("Requests", _budget(manifest)),
            *(_ledger(ledger_of(manifest.kind)) if manifest.installed else []),
        ]
    )


def _fields(manifest: Manifest) -> Iterator[tuple[str, ...]]:
    for scheme in manifest.auth:
        for it in scheme.fields:
            yield f"`{scheme.scheme}`", f"`{it.name}`{' (secret)' if it.secret else ''}", it.help


def _stream(it: Stream) -> tuple[str, ...]:
    name = "found in the system" if it.name == "*" else f"`{it.name}`"
    operations = ", ".join(f"{one.verb} ({one.repeats})" for one in it.operations)
    lag = max((one.lag_seconds for one in it.feeds), default=0)
    return (
        name,
        operations,
        ", ".join(one.feed for one in it.feeds),
        f"{lag} s",
        "yes" if it.conditional else "no",
    )


def _budget(manifest: Manifest) -> list[str]:
    budget = manifest.budget
    own = [f"{it.name}: {it.calls} in {it.per_seconds} s" for it in budget.classes]
    return [f"{budget.calls} in {budget.per_seconds} s, counted by {budget.scope}", *own]


def _ledger(ledger: Ledger) -> Iterator[str]:
    yield from _heading("How it stands")
    rows = [(POINTS[name], "done", "") for name in ledger.done]
    rows += [(POINTS[name], "open", why) for name, why in ledger.todo.items()]
    rows += [(POINTS[name], "does not apply", why) for name, why in ledger.exempt.items()]
    yield from _table(("point", "", ""), rows)
    yield from _heading("What nobody could verify, and the way that was chosen")
    yield from _table(("claim", "choice"), [(it.claim, it.choice) for it in ledger.doubts])


def _heading(title: str) -> list[str]:
    return ["", f"## {title}", ""]


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return [*_heading(title), *(f"- {it}" for it in lines)]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, tuple("---" for _ in head), *rows):
        yield f"| {' | '.join(it.replace('|', '/') for it in row)} |"


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write(Path("docs/connectors"))
