"""Signing in at a vendor's own page: the authorization code grant, with state and PKCE."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from syncline_common.errors import CredentialRejected
from syncline_common.redaction import REDACTOR
from syncline_common.sdk.oauth import TokenEndpoint, Tokens


@dataclass(frozen=True, slots=True)
class SignIn:
    """Begun by a person, and kept until the vendor sends them back: by that, a code of somebody else's is told."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str

    @classmethod
    def begin(cls, redirect_uri: str) -> "SignIn":
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(48), redirect_uri)

    def __post_init__(self) -> None:
        REDACTOR.learn(self.verifier)

    def url(self, authorize_url: str, client_id: str, scope: str = "") -> str:
        """Where the person goes. It holds the verifier's hash alone."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{authorize_url}?{urlencode(asked | ({'scope': scope} if scope else {}))}"

    async def finish(self, endpoint: TokenEndpoint, state: str, code: str) -> Tokens:
        """A code is good once, so this is not repeated."""
        if not hmac.compare_digest(state.encode(), self.state.encode()):
            raise CredentialRejected("This sign-in was not begun here")
        REDACTOR.learn(code)
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return await endpoint.ask(fields, repeatable=False)
