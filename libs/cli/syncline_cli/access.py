"""On whose behalf a request is sent, and what to do when their token is refused."""

from dataclasses import replace
from typing import Protocol

from pydantic import SecretStr

from syncline_cli.failures import NotSignedIn, Refused
from syncline_cli.line import Call, Line
from syncline_cli.profiles import Profile, ProfileFile

TOKENS = "/registry/v1/tokens"
SIGN_IN = "Sign in: syncline login"


class Access(Protocol):
    advice: str  # for one whom nobody knows
    keeps_answers: bool  # an Idempotency-Key is honoured, so that a POST may be repeated

    def token(self) -> SecretStr | None: ...

    def renewed(self, refused: SecretStr | None) -> SecretStr | None:
        """Another token instead of this one; None if there is no other."""


class Fixed:
    """A token that somebody gave: an API key, the operator's, or none."""

    def __init__(self, token: SecretStr | None, advice: str, *, keeps_answers: bool = False) -> None:
        self._token, self.advice, self.keeps_answers = token, advice, keeps_answers

    def token(self) -> SecretStr | None:
        return self._token

    def renewed(self, refused: SecretStr | None) -> SecretStr | None:
        return None


class Session:
    """A person's sign-in. Of commands that run at once one refreshes it, the others take what it got."""

    advice = SIGN_IN
    keeps_answers = True

    def __init__(self, file: ProfileFile, line: Line) -> None:
        self._file, self._line = file, line

    def token(self) -> SecretStr:
        return _access_token(self._file)

    def renewed(self, refused: SecretStr | None) -> SecretStr | None:
        with self._file.locked():
            if (token := _access_token(self._file)) != refused:
                return token
            profile = self._file.load()
            assert profile is not None
            fresh = self._refreshed(profile)
            self._file.save(fresh)  # first of all: the refresh token it replaces is used up
            return fresh.access_token

    def _refreshed(self, profile: Profile) -> Profile:
        assert profile.refresh_token is not None
        what = f"go on with the session of {profile.email} at {profile.url}"
        body = {"refresh_token": profile.refresh_token.get_secret_value()}
        try:
            reply = self._line.send(Call("POST", TOKENS, what, body), None)
        except Refused as refused:
            if refused.reply.status == 401:
                self._file.save(profile.without_secrets())
                raise Refused(what, refused.reply, advice=_again(self._file.name)) from None
            raise
        return with_tokens(profile, reply.document)


def with_tokens(profile: Profile, document: dict[str, str]) -> Profile:
    access, refresh = SecretStr(document["access_token"]), SecretStr(document["refresh_token"])
    return replace(profile, access_token=access, refresh_token=refresh, api_key=None)


def _access_token(file: ProfileFile) -> SecretStr:
    profile = file.load()
    if profile is None or profile.access_token is None or profile.refresh_token is None:
        ended = profile is not None
        raise NotSignedIn(
            "You are signed out." if ended else "You are not signed in.",
            why=f"The profile {file.name} holds no session.",
            advice=_again(file.name),
        )
    return profile.access_token


def _again(profile: str) -> str:
    return SIGN_IN if profile == "default" else f"{SIGN_IN} --profile {profile}"
