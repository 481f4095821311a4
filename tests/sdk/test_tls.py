"""Certificates are verified, by the name that was asked for, and what is wrong with one can be read."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sdk.vendor import VENDOR, Tally, Vendor, answer, listening, nowhere
from syncline_common import errors
from syncline_common.sdk.exchange import Limits
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.outbound import Outbound


def certified(folder: Path, name: str, until: datetime) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{name}.both"
    path.write_bytes(key.private_bytes(*plain) + certificate.public_bytes(serialization.Encoding.PEM))
    return path


async def served(path: Path) -> AsyncIterator[Vendor]:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(path)
    async with listening(server_side) as vendor:
        yield vendor


def trusting(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(path)
    return context


@pytest.mark.parametrize(
    ("name", "days", "trusted", "why"),
    [
        ("vendor.example", 9, False, "self-signed"),
        ("vendor.example", -9, True, "expired"),
        ("other.example", 9, True, "not valid for 'vendor.example'"),
    ],
)
async def test_what_is_wrong_with_a_certificate_is_said(
    name: str, days: int, trusted: bool, why: str, tmp_path: Path
) -> None:
    path = certified(tmp_path, name, datetime.now(UTC) + timedelta(days=days))
    async for vendor in served(path):
        routes = {VENDOR: f"https://127.0.0.1:{vendor.port}"}
        outbound = Outbound(routes, resolver=nowhere, tls=trusting(path) if trusted else None)
        gateway = Gateway(outbound.client(VENDOR), Tally())
        for method in ("GET", "POST"):
            with pytest.raises(errors.CertificateUntrusted) as caught:
                await gateway.send(method, "/")
            assert why in caught.value.message
        assert vendor.heard == []
        await outbound.aclose()


async def test_a_certificate_of_the_name_is_good_whatever_the_address(tmp_path: Path) -> None:
    path = certified(tmp_path, "vendor.example", datetime.now(UTC) + timedelta(days=9))
    async for vendor in served(path):
        vendor.says(answer(200, {}))
        outbound = Outbound(
            {VENDOR: f"https://127.0.0.1:{vendor.port}"}, resolver=nowhere, tls=trusting(path)
        )
        assert await Gateway(outbound.client(VENDOR), Tally()).get("/") == {}
        await outbound.aclose()


async def test_an_unencrypted_port_is_no_unknown_outcome(vendor: Vendor) -> None:
    outbound = Outbound({VENDOR: f"https://127.0.0.1:{vendor.port}"}, resolver=nowhere)
    with pytest.raises(errors.Unavailable):
        await Gateway(outbound.client(VENDOR), Tally(), limits=Limits(connect=0.3)).send("POST", "/")
    await outbound.aclose()
