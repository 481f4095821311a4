"""Who somebody is signed in as, where: one file a profile, which only its owner can read."""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from syncline_cli.failures import Failure

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
OWNER_ONLY = 0o600
SECRETS = ("access_token", "refresh_token", "api_key")


@dataclass(frozen=True, slots=True)
class Profile:
    """A person's session, or an API key."""

    url: str
    email: str = ""
    access_token: SecretStr | None = None
    refresh_token: SecretStr | None = None
    api_key: SecretStr | None = None

    def without_secrets(self) -> Self:
        return replace(self, access_token=None, refresh_token=None, api_key=None)

    def to_text(self) -> str:
        held = {name: getattr(self, name) for name in SECRETS}
        secrets = {name: it.get_secret_value() for name, it in held.items() if it is not None}
        return json.dumps({"url": self.url, "email": self.email, **secrets}, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str) -> Self:
        found = json.loads(text)
        secrets = {name: SecretStr(str(found[name])) for name in SECRETS if found.get(name)}
        return cls(str(found["url"]), str(found.get("email", "")), **secrets)


class ProfileFile:
    """Read at will; written whole, and only while locked."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.path = name, folder / f"{name}.json"

    def load(self) -> Profile | None:
        try:
            self._close_to_others()
            return Profile.from_text(self.path.read_text())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise Failure(
                f"Could not read the profile {self.name}.",
                why=f"{self.path} is damaged, or not yours.",
                advice="Remove that file and sign in again: syncline login",
            ) from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Others of this profile wait: those who refresh, sign in, sign out. The lock dies with its process."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        except OSError as exc:
            raise self._unwritable(exc) from None
        with os.fdopen(descriptor, "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def save(self, profile: Profile) -> None:
        """All of it or nothing, and on the disk when this returns."""
        new = self.path.with_suffix(".new")
        try:
            new.unlink(missing_ok=True)
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
            with os.fdopen(descriptor, "w") as file:
                file.write(profile.to_text())
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path)
            _settle(self.path.parent)
        except OSError as exc:
            raise self._unwritable(exc) from None

    def _close_to_others(self) -> None:
        if self.path.stat().st_mode & 0o077:
            with suppress(PermissionError):
                self.path.chmod(OWNER_ONLY)

    def _unwritable(self, exc: OSError) -> Failure:
        return Failure(
            f"Could not save the profile {self.name}.",
            why=f"{self.path.parent}: {exc.strerror}",
            advice="Make that folder writable, or choose another with XDG_CONFIG_HOME.",
        )


def _settle(folder: Path) -> None:
    """A renamed file is found after a power cut only if its folder is on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
