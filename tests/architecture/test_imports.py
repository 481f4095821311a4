"""Who may import whom, by the contracts in `.importlinter`."""

import configparser
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from architecture.sources import COMMON, ROOT, python_sources

CONTRACTS = ROOT / ".importlinter"
BROKEN = """\
[importlinter]
root_package = syncline_common
include_external_packages = True

[importlinter:contract:broken]
name = What is certainly not so
type = forbidden
source_modules = syncline_common.bus.rabbit
forbidden_modules = aio_pika
"""


@pytest.fixture(autouse=True)
def loggers_as_they_were() -> Iterator[None]:
    """The linter silences every logger that it does not know; other tests still want to hear them."""
    known = [it for it in logging.Logger.manager.loggerDict.values() if isinstance(it, logging.Logger)]
    silent = {it.name for it in known if it.disabled}
    yield
    for logger in known:
        logger.disabled = logger.name in silent


def contract(name: str) -> list[list[str]]:
    """The layers of a contract, from the top down."""
    read = configparser.ConfigParser()
    read.read(CONTRACTS)
    lines = read[f"importlinter:contract:{name}"]["layers"].split("\n")
    return [[it.strip(" ()") for it in line.split("|")] for line in lines if line.strip()]


def test_the_contracts_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(str(CONTRACTS), cache_dir=str(tmp_path), no_logo=True)
    said = capsys.readouterr().out
    assert status == EXIT_STATUS_SUCCESS, said
    assert " 0 broken" in said


def test_a_broken_contract_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "contracts").write_text(BROKEN)
    status = lint_imports(str(tmp_path / "contracts"), cache_dir=str(tmp_path), no_logo=True)
    assert status != EXIT_STATUS_SUCCESS
    assert "What is certainly not so" in capsys.readouterr().out


def test_every_package_is_in_the_contracts() -> None:
    read = configparser.ConfigParser()
    read.read(CONTRACTS)
    packages = {it.package for it in python_sources() if it.is_product}
    assert set(read["importlinter"]["root_packages"].split()) == packages
    assert {name for layer in contract("rooms") for name in layer} == packages


def test_every_room_of_common_has_a_layer() -> None:
    paths = [it.path.removeprefix(COMMON) for it in python_sources() if it.path.startswith(COMMON)]
    rooms = {path.partition("/")[0] for path in paths if "/" in path}
    assert rooms - {name for layer in contract("inside-common") for name in layer} == set()


def test_layers_are_read_from_the_top_down() -> None:
    assert contract("rooms")[0] == ["syncline_embedded"]
    assert contract("rooms")[-1] == ["syncline_common"]
