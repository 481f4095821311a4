"""What a command has at hand: its output, its profile, and the API on somebody's behalf."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from urllib.parse import urlsplit

from pydantic import ValidationError

from syncline_cli.access import Access, Fixed, Session
from syncline_cli.api import Api
from syncline_cli.environment import DEFAULT_URL, Environment, profiles_folder
from syncline_cli.failures import Misused
from syncline_cli.line import Line, checked_url
from syncline_cli.output import Output
from syncline_cli.profiles import NAME, Profile, ProfileFile
from syncline_cli.questions import ask_secret
from syncline_cli.waiting import spinner

BAD_KEY = "The API key is unknown, revoked or expired; ask an administrator for another."
BAD_OPERATOR = "Check the operator's token: SYNCLINE_OPERATOR_TOKEN of the installation."
NO_OPERATOR = "Set SYNCLINE_OPERATOR_TOKEN."


class Desk:
    def __init__(self, stack: ExitStack, out: Output, chosen: str | None) -> None:
        self._stack, self.out, self._chosen = stack, out, chosen
        self.environment = Environment()
        name = chosen or self.environment.profile
        if not NAME.fullmatch(name):
            raise Misused("This is no name for a profile.", why="Letters, digits, dots and dashes only.")
        self.file = ProfileFile(profiles_folder(), name)

    @property
    def speaks_for_a_program(self) -> bool:
        """The environment holds an API key, and nobody has chosen a profile instead."""
        return self.environment.api_key is not None and self._chosen is None

    def url(self, given: str | None = None) -> str:
        """The nearest word counts: the command's, the environment's, the profile's."""
        if given or (self.environment.url and self._chosen is None):
            return checked_url(given or self.environment.url or "")
        profile = None if self.speaks_for_a_program else self.file.load()
        return DEFAULT_URL if profile is None else profile.url

    def signed_in(self) -> Api:
        if self.speaks_for_a_program:
            return self.as_program()
        profile = self.file.load()
        if profile is not None:
            self._require_its_address(profile)
            if profile.api_key is not None:
                return self.api(profile.url, Fixed(profile.api_key, BAD_KEY, keeps_answers=True))
        line = self.line(profile.url if profile else DEFAULT_URL)
        return self._api(line, Session(self.file, line))

    def as_program(self) -> Api:
        return self.api(self.url(), Fixed(self.environment.api_key, BAD_KEY, keeps_answers=True))

    def as_operator(self) -> Api:
        token = self.environment.operator_token or ask_secret("operator's token", NO_OPERATOR)
        return self.api(self.url(), Fixed(token, BAD_OPERATOR))

    def as_anybody(self, url: str | None = None) -> Api:
        return self.api(self.url(url), Fixed(None, ""))

    def api(self, url: str, access: Access) -> Api:
        return self._api(self.line(url), access)

    def line(self, url: str) -> Line:
        line = Line(url)
        self._stack.callback(line.close)
        return line

    def _api(self, line: Line, access: Access) -> Api:
        return Api(line, access, partial(spinner, self.out.aside))

    def _require_its_address(self, profile: Profile) -> None:
        """A session is shown to the address that it is of, and to no other."""
        asked = self.url()
        if asked != profile.url:
            raise Misused(
                f"The profile {self.file.name} is signed in at {profile.url}, not at {asked}.",
                why="SYNCLINE_URL says otherwise.",
                advice="Unset it, or sign in there under another name: syncline login --profile NAME",
            )


@contextmanager
def opened_desk(out: Output, profile: str | None) -> Iterator[Desk]:
    with ExitStack() as stack:
        try:
            desk = Desk(stack, out, profile)
        except ValidationError:
            raise Misused("A SYNCLINE_ variable of the environment is not valid.") from None
        yield desk


def is_open_to_others(url: str) -> bool:
    """Plain HTTP beyond this machine: what is sent can be read on the way."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1")
