"""The published JSON schema of AsyncAPI 3.0.0, as its publisher packs it, checked against a pinned hash.

It is not ours to copy into the repository. Run this file to fetch it ahead of the tests.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE, VERSION = "@asyncapi/specs", "6.11.1"
SHA512 = "A3WBLqAKGoJ2+6FWFtpjBlCQ1oFCcs4GxF7zsIGvNqp/klGUHjlA3aAcZ9XMMpLGE8zPeYDz2x9FmO6DSuKraQ=="
MEMBER = "package/schemas/3.0.0-without-$id.json"
CACHE = Path(__file__).parents[2] / ".cache" / "asyncapi-specs"


class SchemaMissing(Exception):
    """It cannot be fetched here: there is no npm, or no network."""


class SchemaChanged(Exception):
    """What was fetched, or what lies in the cache, is not what was pinned."""


def asyncapi_schema(cache: Path = CACHE) -> dict[str, Any]:
    archive = cache / f"{VERSION}.tgz"
    if not archive.exists():
        _fetch(archive)
    _check(archive)
    with tarfile.open(archive) as members:
        schema = members.extractfile(MEMBER)
        assert schema, f"{MEMBER} is no file"
        found: dict[str, Any] = json.load(schema)
        return found


def required_here() -> bool:
    """On a developer's machine the test may be skipped; in continuous integration it may not."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def _fetch(archive: Path) -> None:
    npm = shutil.which("npm")
    if not npm:
        raise SchemaMissing("npm is not installed")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--ignore-scripts", "--pack-destination", folder]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, cwd=folder)
        except subprocess.CalledProcessError as problem:
            raise SchemaMissing(f"npm could not fetch {PACKAGE}: {problem.stderr}") from problem
        except subprocess.TimeoutExpired as problem:
            raise SchemaMissing(f"npm took more than {problem.timeout} s to fetch {PACKAGE}") from problem
        (packed,) = Path(folder).glob("*.tgz")
        _check(packed)
        packed.replace(archive)  # atomic: test workers may fetch at the same time


def _check(archive: Path) -> None:
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise SchemaChanged(f"{archive} has the hash {digest}, pinned is {SHA512}")


if __name__ == "__main__":
    print(asyncapi_schema()["title"])
