"""A credential as somebody gave it, held to its form; and what it becomes on a request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from syncline_common.clock import Clock
from syncline_common.errors import FieldFault, Invalid
from syncline_common.sdk import oauth
from syncline_common.sdk.auth import Auth, Secret, basic
from syncline_common.sdk.manifest import AuthScheme, Field, Manifest
from syncline_common.sdk.schemes import Basic, GrantKind, Header, OAuth2


@dataclass(frozen=True, slots=True)
class Credential:
    scheme: str
    fields: Mapping[str, SecretStr] = field(repr=False)

    @classmethod
    def given(cls, manifest: Manifest, auth: Mapping[str, str]) -> "Credential":
        """`auth` is `{scheme, <field>: value}`. Invalid, with a pointer to each field that the form refuses."""
        scheme = _scheme(manifest, auth.get("scheme", ""))
        known = {it.name for it in scheme.fields}
        faults = [it for field in scheme.fields if (it := _fault(field, auth.get(field.name, "")))]
        faults += [
            FieldFault(f"/auth/{it}", f"{scheme.label} has no such field")
            for it in sorted(set(auth) - known - {"scheme"})
        ]
        if faults:
            raise Invalid("The credential is not complete", *faults)
        return cls(scheme.scheme, {name: SecretStr(auth[name]) for name in known if auth.get(name)})

    def filled(self, pattern: str) -> str:
        return pattern.format(**{name: it.get_secret_value() for name, it in self.fields.items()})

    def value(self, name: str) -> str:
        return self.fields[name].get_secret_value()


@dataclass(frozen=True, slots=True)
class Signer:
    """What tokens need beside the credential: how to ask for them, and where they are kept."""

    sender: oauth.Sender
    keeper: oauth.TokenKeeper
    clock: Clock

    def auth(self, manifest: Manifest, credential: Credential) -> Auth:
        match _scheme(manifest, credential.scheme).signing:
            case Basic(username, password):
                return basic(credential.filled(username), credential.filled(password))
            case Header(name, value):
                return Secret(name, credential.filled(value))
            case OAuth2() as way:
                client = oauth_client(way, credential)
                return oauth.OAuth(client, _grant(way, credential), self.keeper, self.sender, self.clock)
        raise Invalid(f"{manifest.label} can't be signed in to this way yet")


def oauth_client(way: OAuth2, credential: Credential) -> oauth.Client:
    return oauth.Client(way.token_path, credential.value("client_id"), credential.value("client_secret"))


def oauth_way(manifest: Manifest, scheme: str) -> OAuth2:
    """Of a scheme in which a person signs in at the vendor's page."""
    way = _scheme(manifest, scheme).signing
    if not isinstance(way, OAuth2) or way.grant is not GrantKind.CODE:
        raise Invalid("This scheme has no page to sign in at", FieldFault("/auth/scheme", "Choose another"))
    return way


def _grant(way: OAuth2, credential: Credential) -> oauth.Grant:
    match way.grant:
        case GrantKind.PASSWORD:
            return oauth.Grant.password(credential.value("username"), credential.value("password"))
        case GrantKind.CLIENT:
            return oauth.Grant.client_credentials(way.scope)
        case GrantKind.CODE:
            return oauth.Grant()  # only the refresh token counts


def _scheme(manifest: Manifest, name: str) -> AuthScheme:
    found = next((it for it in manifest.auth if it.scheme == name), None)
    if found is None:
        names = ", ".join(it.scheme for it in manifest.auth)
        fault = FieldFault("/auth/scheme", f"{manifest.label} knows {names}")
        raise Invalid("There is no such way to sign in", fault)
    return found


def _fault(field: Field, value: str) -> FieldFault | None:
    pointer = f"/auth/{field.name}"
    if not value:
        return FieldFault(pointer, f"{field.label} is missing", field.help) if field.required else None
    if field.pattern and not re.fullmatch(field.pattern, value):
        return FieldFault(pointer, f"{field.label} does not look right", field.help)
    return None
