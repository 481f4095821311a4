"""Nothing in the repository knows the machine it was written on, or where packages come from."""

import re
from collections.abc import Iterator

import pytest

from architecture.sources import ROOT, repository_files

MACHINE = re.compile(r"(?<![\w/.~:%$}>-])(?:/(?:home|root|work|Users)/[\w.]|[A-Z]:\\\\?Users)")
BACKWARDS = (
    "ipyp",
    "detsohnohtyp",
    "sjmpn",
    "gkpnray",
    "setarc",
    "smegybur",
    "adnocana",
    "tsigakcap",
)  # so that no file names one
REGISTRIES = tuple(name[::-1] for name in BACKWARDS)
HOST = re.compile(rf"\b(?:{'|'.join(REGISTRIES)})\.(?:org|com|io)\b|\bproxy\.golang\.org\b")
LARGEST = 500_000  # bytes; a larger file is data, and data is generated


def odd_text(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE.search(line):
            yield f"line {number} names a folder of a machine"
        if HOST.search(line):
            yield f"line {number} names a host of packages"


def texts() -> Iterator[tuple[str, str]]:
    for path in repository_files():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content:
            yield path, content.decode()


def test_no_file_names_a_machine_or_a_package_host() -> None:
    assert [f"{path}: {what}" for path, text in texts() for what in odd_text(text)] == []


def test_no_file_is_large() -> None:
    assert [path for path in repository_files() if (ROOT / path).stat().st_size > LARGEST] == []


def test_secrets_and_data_stay_outside() -> None:
    """What `.gitignore` is for, said where forgetting it fails."""
    names = {path.rpartition("/")[2] for path in repository_files()}
    assert names & {".env", "installation-key", "admin-password", "lock"} == set()
    assert [name for name in names if name.endswith((".db", ".pem", ".key", ".pyc"))] == []


SOMEBODY = "somebody/x"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("cd /" + "home/" + SOMEBODY, 1),
        ('path = "/' + "root/" + SOMEBODY + '"', 1),
        ("/" + "work/" + SOMEBODY, 1),
        ("see /" + "Users/" + SOMEBODY, 1),
        ("C:" + "\\Users\\" + SOMEBODY, 1),
        ("https://" + "py" + "pi.org/simple", 1),
        ("files.python" + "hosted.org", 1),
        ("registry.npm" + "js.org", 1),
        ("https://example.com/home/page", 0),
        ("services/registry/work/x", 0),
        ("GET /registry/v1/networks", 0),
        ("~/work/x", 0),
        ("from npm", 0),
    ],
)
def test_odd_texts_are_found(text: str, count: int) -> None:
    assert len(list(odd_text(text))) == count
