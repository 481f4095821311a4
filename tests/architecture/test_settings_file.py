"""`.env.example` is what the generator writes, and says what the settings are."""

import re
from importlib import import_module
from typing import Any

import pytest
from pydantic import Field

from architecture.sources import ROOT, python_sources
from syncline_common.settings import AREAS, PREFIX, Settings
from syncline_common.settings_file import PASSWORDS, settings_text, variable

MADE_ANEW = {"instance"}  # differs from process to process


class CellarSettings(Settings):
    """What is kept in the cellar."""

    depth: float = Field(default=2.5, description="Metres.")
    shelves: int = Field(description="How many there are; it has to be said.")
    lit: bool = True


def every_setting() -> list[tuple[type[Settings], str, Any]]:
    return [(area, name, field) for area in AREAS for name, field in area.model_fields.items()]


def test_the_file_is_what_the_generator_writes() -> None:
    assert (ROOT / ".env.example").read_text() == settings_text(AREAS), "run `make env-example`"


def test_everything_in_it_is_commented_out() -> None:
    assert [line for line in settings_text(AREAS).splitlines() if line and not line.startswith("#")] == []


def test_every_setting_is_in_it_once_and_described() -> None:
    names = [variable(name, field) for _, name, field in every_setting()]
    written = re.findall(r"^#([A-Z_]+)=", settings_text(AREAS), re.MULTILINE)
    assert written == [*names, *PASSWORDS]
    assert {it for it in names if not it.startswith(PREFIX)} == {"OTEL_EXPORTER_OTLP_ENDPOINT"}
    assert len(written) == len(set(written))
    assert [name for _, name, field in every_setting() if not field.description] == []


def test_every_class_of_settings_is_an_area() -> None:
    modules = [it for it in python_sources() if it.is_product and it.inside == "settings.py"]
    for source in modules:
        name = f"{source.package}.settings"
        classes = [it for it in vars(import_module(name)).values() if isinstance(it, type)]
        own = {
            it for it in classes if issubclass(it, Settings) and it.__module__ == name and it is not Settings
        }
        assert own <= set(AREAS), name
        assert all((it.__doc__ or "").strip() for it in own)


def test_setting_each_to_what_is_written_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for _, name, field in every_setting():
        monkeypatch.delenv(variable(name, field), raising=False)
    unset = [area().model_dump(exclude=MADE_ANEW) for area in AREAS]
    for name, value in re.findall(r"^#([A-Z_]+)=(.*)$", settings_text(AREAS), re.MULTILINE):
        monkeypatch.setenv(name, value)
    assert [area().model_dump(exclude=MADE_ANEW) for area in AREAS] == unset


def test_how_a_setting_is_written() -> None:
    text = settings_text([CellarSettings])
    assert "# ---- Cellar ---" in text
    assert "# What is kept in the cellar.\n\n# Metres.\n#SYNCLINE_DEPTH=2.5\n" in text
    assert "#SYNCLINE_SHELVES=\n" in text
    assert "\n#SYNCLINE_LIT=True\n" in text


def test_what_docker_compose_asks_for_is_in_it() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert asked
    assert asked - set(re.findall(r"^#([A-Z_]+)=", settings_text(AREAS), re.MULTILINE)) == set()
