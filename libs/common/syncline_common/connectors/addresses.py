"""Which kind of system an address belongs to, and the one spelling under which it is kept."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from syncline_common.connectors.catalogue import MANIFESTS
from syncline_common.sdk.manifest import Manifest, Shape
from syncline_common.sdk.outbound_addresses import is_denied

LONGEST = 2000
SCHEMES = ("https", "http", "ssh")
OWN_HOST_PORTS = (None, 443, 8443)
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST_NAME = re.compile(rf"(?=.{{1,253}}$)(?:{LABEL}\.)+(?!\d+$){LABEL}")
GIT_REMOTE = re.compile(r"git@([\w.-]+):(?!//)(.+)")
INSIDE = (".localhost", ".local", ".internal", ".localdomain")
ODD = re.compile(r"[\s\\\x00-\x1f\x7f<>\"{}|^`]")

NOT_AN_ADDRESS = "This is not the address of a system. Copy it from the browser: https://..."
HAS_A_SECRET = "Leave out the user name and password: credentials are asked for in the next step"
NUMBERS = "Use the system's name: an address made of numbers is not accepted"
ODD_PORT = "Systems are reached on port 443; leave out the port"
UNKNOWN = "We don't know what kind of system that is"


@dataclass(frozen=True, slots=True)
class Recognised:
    """Either a kind, or a choice of kinds, or neither; `message` says why, and what to do."""

    canonical: str | None = None
    kind: str | None = None
    kinds: tuple[str, ...] = ()
    message: str = ""
    malformed: bool = False  # it is no address of anything


def recognise(url: str, kind: str | None = None) -> Recognised:
    """Never a guess: a vendor's own host decides; of other hosts, `kind` may say what runs there."""
    parts = _split(url)
    if isinstance(parts, str):
        return Recognised(message=parts, malformed=True)
    host, path = _host(parts), parts.path.lower() or "/"
    for manifest in MANIFESTS.values():
        for refusal in manifest.refusals:
            if re.fullmatch(refusal.host, host) and re.match(refusal.path, path):
                return Recognised(message=refusal.hint)
    for manifest in MANIFESTS.values():
        for shape in manifest.shapes:
            if (told := _told(shape, host, path)) is not None:
                return _as_asked(manifest, shape.canonical.format(**told), kind, parts)
    return _own_host(parts, host, kind)


def origins(kind: str, canonical: str) -> tuple[str, ...]:
    """The only ones that may get the credential of this system."""
    manifest, parts = MANIFESTS[kind], urlsplit(canonical)
    told = {"host": parts.netloc}
    for shape in manifest.shapes:
        told |= _told(shape, _host(parts), parts.path) or {}
    return tuple(it.format(**told) for it in manifest.origins)


def leads_inside(url: str) -> bool:
    """By its very words: a name or number that is never a vendor's, and that we must not reach."""
    try:
        host = (urlsplit(_with_scheme(url.strip())).hostname or "").removesuffix(".")
    except ValueError:
        return False
    try:
        ip_address(host)
    except ValueError:
        return f".{host}".endswith(INSIDE)
    return is_denied(host)


def _with_scheme(text: str) -> str:
    return text if "://" in text else f"https://{text}"


def _split(url: str) -> SplitResult | str:
    """The parts of an address, or what is wrong with it."""
    text = url.strip()
    if remote := GIT_REMOTE.fullmatch(text):
        text = f"https://{remote[1]}/{remote[2]}"
    if not text or len(text) > LONGEST or ODD.search(text):
        return NOT_AN_ADDRESS
    try:
        parts = urlsplit(_with_scheme(text))
        port = parts.port
    except ValueError:
        return NOT_AN_ADDRESS
    if parts.scheme.lower() not in SCHEMES or port == 0:
        return NOT_AN_ADDRESS
    if parts.password is not None or (parts.username is not None and parts.username != "git"):
        return HAS_A_SECRET
    return _odd_host(_host(parts)) or parts


def _host(parts: SplitResult) -> str:
    """As DNS has it: lower case, ASCII, no dot at the end; empty if it is none."""
    try:
        return (parts.hostname or "").encode("idna").decode().lower().removesuffix(".")
    except UnicodeError:
        return ""


def _odd_host(host: str) -> str | None:
    try:
        ip_address(host)
    except ValueError:
        return None if HOST_NAME.fullmatch(host) else NOT_AN_ADDRESS
    return NUMBERS


def _told(shape: Shape, host: str, path: str) -> dict[str, str] | None:
    """The named parts of an address; None if it has another shape."""
    by_host, by_path = re.fullmatch(shape.host, host), re.match(shape.path, path)
    return by_host.groupdict() | by_path.groupdict() if by_host and by_path else None


def _as_asked(manifest: Manifest, canonical: str, kind: str | None, parts: SplitResult) -> Recognised:
    if parts.port not in (None, 443, 80, 22):
        return Recognised(message=ODD_PORT)
    if kind not in (None, manifest.kind):
        return Recognised(message=f"This is the address of a system of the kind {manifest.label}")
    return Recognised(canonical, manifest.kind)


def _own_host(parts: SplitResult, host: str, kind: str | None) -> Recognised:
    if parts.scheme.lower() == "ssh" or parts.port not in (*OWN_HOST_PORTS, 80):
        return Recognised(message=ODD_PORT)
    canonical = f"https://{host}" + (":8443" if parts.port == 8443 else "")
    choices = tuple(it.kind for it in MANIFESTS.values() if it.any_host)
    if kind in choices:
        return Recognised(canonical, kind)
    labels = " or ".join(MANIFESTS[it].label for it in choices)
    message = f"{UNKNOWN}. Choose {labels}, if one of them runs under a host name of its own there"
    return Recognised(canonical, None, choices, message)
