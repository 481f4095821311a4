"""What the command line reads from its environment. Secrets come this way, or by a prompt, never as arguments."""

from pathlib import Path

from platformdirs import user_config_path
from pydantic import Field, SecretStr

from syncline_common.settings import Settings

DEFAULT_URL = "http://127.0.0.1:8080"
DEFAULT_PROFILE = "default"


class Environment(Settings):
    """For programs and for the operator; people sign in and need none of it."""

    url: str | None = Field(default=None, description="Where Syncline is.")
    api_key: SecretStr | None = Field(default=None, description="Instead of signing in.")
    operator_token: SecretStr | None = Field(default=None, description="For accounts and for `secrets`.")
    profile: str = Field(default=DEFAULT_PROFILE, description="Which profile, unless --profile says so.")


def profiles_folder() -> Path:
    return user_config_path("syncline", appauthor=False) / "profiles"
