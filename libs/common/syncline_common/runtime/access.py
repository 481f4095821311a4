"""The secrets that a process starts with: as set, else made on the first start and kept in the data directory."""

import hmac
import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from syncline_common.redaction import REDACTOR
from syncline_common.settings import AccessSettings

FIRST_EMAIL = "admin@example.com"
PASSWORD_FILE = "admin-password"
INSTALLATION = {"installation_key": "installation-key"}  # of every process
ENTRANCE = {"operator_token": "operator-token", "admin_password": PASSWORD_FILE}  # of the registry's


def complete_access(given: AccessSettings, data_dir: Path, *, entrance: bool) -> AccessSettings:
    """What was not set is made, once, readable by its owner only. `entrance`: people come in through this process."""
    found = {
        name: value for name in AccessSettings.model_fields if (value := getattr(given, name)) is not None
    }
    for name, file in (INSTALLATION | ENTRANCE if entrance else INSTALLATION).items():
        if name not in found:
            found[name] = SecretStr(_made_or_explained(name, data_dir / file))
    if entrance:
        found.setdefault("admin_email", FIRST_EMAIL)
    token = derived_key(found["installation_key"], "service token").hex()
    return _learned(AccessSettings(**({"service_token": SecretStr(token)} | found)))


def derived_key(installation_key: SecretStr, use: str) -> bytes:
    """Each use has a key of its own, none of which tells of the others."""
    return hmac.digest(installation_key.get_secret_value().encode(), f"syncline {use}".encode(), "sha256")


def _learned(access: AccessSettings) -> AccessSettings:
    for name in AccessSettings.model_fields:
        if isinstance(value := getattr(access, name), SecretStr):
            REDACTOR.learn(value.get_secret_value())
    return access


def _made_or_explained(name: str, path: Path) -> str:
    try:
        return kept_secret(path)
    except OSError as exc:
        raise SystemExit(
            f"Can't keep {path}: {exc.strerror}. Set SYNCLINE_{name.upper()}, or a SYNCLINE_DATA_DIR that can be "
            "written to; processes on several machines need the same value"
        ) from None


def kept_secret(path: Path) -> str:
    """What the file holds; made if there is none. Of processes that start together, one makes it for all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        try:
            _write(draft, secrets.token_urlsafe(32))
            _linked(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text().strip()


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _linked(draft: Path, path: Path) -> None:
    """There whole or not at all, wherever we are killed; and never in the place of another's."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
