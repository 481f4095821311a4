"""Every way a vendor can answer badly, over a real connection: which error it becomes, and what is repeated."""

import asyncio
import gzip
import re
from collections.abc import Mapping
from typing import Any

import pytest
import structlog

from backing.canaries import CANARY, sings
from sdk.vendor import VENDOR, Say, Vendor, Way, answer
from syncline_common import errors
from syncline_common.redaction import REDACTOR
from syncline_common.schemas.connector import Priority
from syncline_common.sdk.answers import PageInstead, SentElsewhere
from syncline_common.sdk.auth import bearer
from syncline_common.sdk.figures import REQUESTS
from syncline_common.sdk.leaving import only_while
from syncline_common.sdk.rates import RateHeaders

BOMB = gzip.compress(b"\0" * 50_000_000)
DEEP = b"[" * 90_000


def then(*parts: bytes, wait: float = 0.0) -> Say:
    """These bytes, after each a pause, then the end of the connection."""

    async def say(writer: Any) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(wait)

    return say


def chunks(writer_part: bytes, times: int, wait: float = 0.0) -> Say:
    head = b"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n"
    part = b"%x\r\n%s\r\n" % (len(writer_part), writer_part)
    return then(head, *[part] * times, wait=wait)


# What the vendor says; then what it means for a read, and for a write that can't be repeated.
FAULTS: dict[str, tuple[bytes | Say, type[Exception], type[Exception]]] = {
    "500": (answer(500), errors.Unavailable, errors.UnknownOutcome),
    "502, a page": (
        answer(502, b"<h1>", content_type="text/html"),
        errors.Unavailable,
        errors.UnknownOutcome,
    ),
    "503": (answer(503), errors.Unavailable, errors.UnknownOutcome),
    "408": (answer(408), errors.Unavailable, errors.UnknownOutcome),
    "no answer": (then(), errors.Unavailable, errors.UnknownOutcome),
    "silence": (then(b"", wait=3), errors.Unavailable, errors.UnknownOutcome),
    "half a head": (then(b"HTTP/1.1 200 OK\r\ncont"), errors.Unavailable, errors.UnknownOutcome),
    "no HTTP": (then(b"SSH-2.0-OpenSSH_9.2\r\n"), errors.Unavailable, errors.UnknownOutcome),
    "truncated": (
        then(b'HTTP/1.1 200 x\r\ncontent-length: 99\r\n\r\n{"a": 1'),
        errors.Unavailable,
        errors.UnknownOutcome,
    ),
    "broken chunks": (
        then(b"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        errors.Unavailable,
        errors.UnknownOutcome,
    ),
    "drip": (chunks(b" ", 100, wait=0.05), errors.Unavailable, errors.UnknownOutcome),
    "endless head": (
        then(b"HTTP/1.1 200 x\r\n", b"a: b\r\n" * 100_000),
        errors.Unavailable,
        errors.UnknownOutcome,
    ),
    "endless": (chunks(b" " * 10_000, 100), errors.ContractBroken, errors.UnknownOutcome),
    "too long": (answer(200, b" " * 100_001), errors.ContractBroken, errors.UnknownOutcome),
    "bomb": (answer(200, BOMB, content_encoding="gzip"), errors.ContractBroken, errors.UnknownOutcome),
    "bomb in a bomb": (
        answer(200, gzip.compress(BOMB), content_encoding="gzip, gzip"),
        errors.ContractBroken,
        errors.UnknownOutcome,
    ),
    "no gzip": (answer(200, b"{}", content_encoding="gzip"), errors.ContractBroken, errors.UnknownOutcome),
    "a page": (
        answer(200, b"<h1>Log in", content_type="text/html"),
        PageInstead,
        errors.UnknownOutcome,
    ),
    "a sign-in page": (
        answer(203, b"<h1>Sign in", content_type="text/html; charset=utf-8"),
        errors.CredentialRejected,
        errors.CredentialRejected,
    ),
    "not JSON": (answer(200, b"{"), errors.ContractBroken, errors.UnknownOutcome),
    "not a number": (answer(200, b'{"a": NaN}'), errors.ContractBroken, errors.UnknownOutcome),
    "no text": (answer(200, b"\xff\xfe\xff"), errors.ContractBroken, errors.UnknownOutcome),
    "deep": (answer(200, DEEP), errors.ContractBroken, errors.UnknownOutcome),
    "nothing": (answer(200), errors.ContractBroken, errors.UnknownOutcome),
    "moved away": (
        answer(302, location="https://elsewhere.example/"),
        SentElsewhere,
        errors.UnknownOutcome,
    ),
    "moved nowhere": (answer(302), errors.ContractBroken, errors.UnknownOutcome),
    "round": (answer(307, location="/things"), errors.ContractBroken, errors.UnknownOutcome),
    "moved inside": (
        answer(307, location="http://169.254.169.254/"),
        SentElsewhere,
        errors.UnknownOutcome,
    ),
    "400": (answer(400), errors.RecordRejected, errors.RecordRejected),
    "401": (answer(401), errors.CredentialRejected, errors.CredentialRejected),
    "403": (answer(403), errors.PermissionMissing, errors.PermissionMissing),
    "404": (answer(404), errors.RecordGone, errors.RecordGone),
    "405": (answer(405), errors.ContractBroken, errors.ContractBroken),
    "409": (answer(409), errors.RecordChanged, errors.RecordChanged),
    "412": (answer(412), errors.RecordChanged, errors.RecordChanged),
    "413": (answer(413), errors.RecordRejected, errors.RecordRejected),
    "422": (answer(422), errors.RecordRejected, errors.RecordRejected),
    "429": (answer(429), errors.RateLimited, errors.RateLimited),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_read_says_what_to_do(fault: str, vendor: Vendor, way: Way) -> None:
    said, expected, _ = FAULTS[fault]
    vendor.says(said)
    with pytest.raises(errors.RemoteError) as caught:
        await way.gateway(attempts=1).get("/things", {"q": CANARY})
    assert type(caught.value) is expected
    assert not sings(f"{caught.value.message} {caught.value.detail}".encode())


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_plain_write_is_sent_once_and_owns_up(
    method: str, fault: str, vendor: Vendor, way: Way
) -> None:
    said, _, expected = FAULTS[fault]
    vendor.says(said)
    with pytest.raises(errors.RemoteError) as caught:
        (await way.gateway().send(method, "/things", json={})).json()
    assert type(caught.value) is expected
    assert len([it for it in vendor.heard if it.target == "/things"]) == (4 if fault == "round" else 1)
    assert way.naps == []


@pytest.mark.parametrize("said", [answer(503), answer(429), then(), then(b"HTTP/1.1 200 x\r\n")])
@pytest.mark.parametrize(
    ("method", "more"),
    [("GET", {}), ("DELETE", {}), ("POST", {"key": "k1"}), ("PUT", {"repeatable": True})],
)
async def test_what_is_safe_is_repeated(
    method: str, more: dict[str, Any], said: bytes | Say, vendor: Vendor, way: Way
) -> None:
    vendor.says(said, said, said, answer(200, {"a": 1}))
    assert (await way.gateway().send(method, "/things", **more)).json() == {"a": 1}
    assert len(vendor.heard) == 4 and way.naps == [1.0, 2.0, 4.0]
    assert {it.headers.get("idempotency-key") for it in vendor.heard} == {more.get("key")}


async def test_after_four_tries_it_is_told(vendor: Vendor, way: Way) -> None:
    vendor.says(answer(503))
    with pytest.raises(errors.Unavailable):
        await way.gateway().get("/things")
    assert len(vendor.heard) == len(way.tally.admitted) == len(way.tally.told) == 4


@pytest.mark.parametrize("status", [429, 503])
async def test_it_waits_as_long_as_it_is_told(status: int, vendor: Vendor, way: Way) -> None:
    vendor.says(answer(status, retry_after="7"), answer(200, {}))
    await way.gateway().get("/things")
    assert way.naps == [7.0]


async def test_what_would_wait_long_comes_back_later(vendor: Vendor, way: Way) -> None:
    vendor.says(answer(429, retry_after="11"))
    with pytest.raises(errors.RateLimited) as caught:
        await way.gateway().get("/things")
    assert caught.value.retry_after == 11 and len(vendor.heard) == 1 and way.naps == []


@pytest.mark.parametrize(("method", "expected"), [("POST", errors.UnknownOutcome), ("DELETE", PageInstead)])
async def test_a_page_is_no_success_even_to_those_who_do_not_read_it(
    method: str, expected: type[Exception], vendor: Vendor, way: Way
) -> None:
    vendor.says(answer(200, b"<h1>We'll be back", content_type="TEXT/HTML"))
    with pytest.raises(expected):
        await way.gateway().send(method, "/things/1")


async def test_what_a_page_says_of_itself_is_told_and_no_secret_with_it(vendor: Vendor, way: Way) -> None:
    vendor.says(
        answer(200, f"<TITLE a='b'> Back\n soon {CANARY} </title>".encode(), content_type="text/html")
    )
    REDACTOR.learn(CANARY)
    with pytest.raises(PageInstead) as caught:
        await way.gateway().get("/things")
    assert caught.value.title == "Back soon [secret]" and "Back soon" in caught.value.detail


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://elsewhere.example/_signin?reply_to=https://x/y", "/_signin"),
        ("//elsewhere.example:8443/a//b#c", "/a//b"),
        ("https://me:secret@elsewhere.example/", "/"),
    ],
)
async def test_where_it_was_sent_is_told_by_its_path(
    location: str, place: str, vendor: Vendor, way: Way
) -> None:
    vendor.says(answer(302, location=location))
    with pytest.raises(SentElsewhere) as caught:
        await way.gateway().get("/things")
    assert caught.value.place == place


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_write_is_not_turned_into_a_read(status: int, vendor: Vendor, way: Way) -> None:
    vendor.says(answer(status, location="/moved"), answer(200, {}))
    with pytest.raises(errors.UnknownOutcome):
        await way.gateway().send("POST", "/things", json={})
    assert len(vendor.heard) == 1


@pytest.mark.parametrize("status", [307, 308])
async def test_a_write_that_moved_is_sent_there_as_it_is(status: int, vendor: Vendor, way: Way) -> None:
    vendor.says(answer(status, location="/moved?a=1"), answer(200, {}))
    await way.gateway().send("POST", "/things", json={"b": 2})
    assert [(it.method, it.target, it.body) for it in vendor.heard] == [
        ("POST", "/things", b'{"b":2}'),
        ("POST", "/moved?a=1", b'{"b":2}'),
    ]


async def test_nobody_there_is_not_an_unknown_outcome(vendor: Vendor, way: Way) -> None:
    """It never left."""
    vendor.port = 0
    outbound = type(way.outbound)({VENDOR: "http://127.0.0.1:1"})
    with pytest.raises(errors.Unavailable):
        await Way(vendor, outbound).gateway().send("POST", "/things", json={})


async def test_every_request_passes_the_meter(vendor: Vendor, way: Way) -> None:
    vendor.says(answer(503), answer(302, location="/moved"), answer(200, {}))
    await way.gateway().priority(Priority.USER).get("/things")
    assert way.tally.admitted == [Priority.USER] * 3 and way.tally.told == ["unavailable", "ok", "ok"]
    assert [it.target for it in vendor.heard] == ["/things", "/things", "/moved"]


async def test_what_the_meter_does_not_admit_is_not_sent(vendor: Vendor, way: Way) -> None:
    async def refuse(priority: Priority, credential: Mapping[str, str]) -> None:
        raise errors.RateLimited("used up", retry_after=1.0)

    way.tally.admit = refuse  # type: ignore[method-assign]
    with pytest.raises(errors.RateLimited):
        await way.gateway().get("/things")
    assert vendor.connections == 0 and way.naps == []


async def test_a_write_that_is_not_ours_any_more_when_its_turn_comes_is_not_sent(
    vendor: Vendor, way: Way
) -> None:
    """It waited for the budget, or its process stood still. What only reads harms nobody."""
    vendor.says(answer(200, {}), answer(201, {}), answer(200, {}))
    gateway, turns = way.gateway(), iter([True, False, False])
    with only_while(lambda: next(turns)):
        await gateway.get("/things")
        await gateway.send("POST", "/things", json={})
        for method in ("POST", "PUT"):
            with pytest.raises(errors.NotSent):
                await gateway.send(method, "/things", json={})
    await gateway.get("/things")
    assert [it.method for it in vendor.heard] == ["GET", "POST", "GET"]
    assert len(way.tally.admitted) == 5 and way.tally.told == ["ok", "ok", "ok"]


async def test_every_request_is_counted_by_what_became_of_it(vendor: Vendor, way: Way) -> None:
    def counted(outcome: str) -> float:
        return float(REQUESTS.labels("vendor", "DELETE", outcome)._value.get())

    before = [counted(outcome) for outcome in ("ok", "unavailable")]
    vendor.says(answer(503), answer(204))
    await way.gateway().send("DELETE", "/things/1")
    assert [counted(outcome) for outcome in ("ok", "unavailable")] == [before[0] + 1, before[1] + 1]


async def test_an_api_elsewhere_is_not_asked(vendor: Vendor, way: Way) -> None:
    gateway = way.gateway(bearer(CANARY))
    for url in ("https://elsewhere.example/x", "http://vendor.example/x", "https://vendor.example:8443/x"):
        with pytest.raises(errors.ContractBroken):
            await gateway.get(url)
    for url in ("https://me:secret@vendor.example/x", "//elsewhere.example/x", "mailto:x", "https:///x"):
        with pytest.raises(errors.RecordRejected):
            await gateway.get(url)
    assert vendor.connections == 0


@pytest.mark.parametrize(
    ("path", "params", "target"),
    [
        ("/a", None, "/a"),
        ("a", {"b": "c d"}, "/a?b=c+d"),
        ("/a?b=1", {"c": 2}, "/a?b=1&c=2"),
        ("https://vendor.example/a?b=1", None, "/a?b=1"),
        ("/a", {}, "/a"),
        ("/a%2Fb", None, "/a%2Fb"),
    ],
)
async def test_where_it_goes(
    path: str, params: dict[str, Any] | None, target: str, vendor: Vendor, way: Way
) -> None:
    await way.gateway().get(path, params)
    assert vendor.heard[0].target == target
    assert vendor.heard[0].headers["host"] == "vendor.example"


@pytest.mark.parametrize("value", ["\ud800", "line\nline", "€"])
async def test_what_cannot_be_sent_is_the_records_fault(value: str, vendor: Vendor, way: Way) -> None:
    with pytest.raises(errors.RecordRejected):
        await way.gateway().send("POST", "/a", headers={"x-a": value})
    assert vendor.heard == []


async def test_no_session_is_kept(vendor: Vendor, way: Way) -> None:
    vendor.says(answer(200, {}, set_cookie="session=1; Path=/"))
    gateway = way.gateway()
    await gateway.get("/a")
    await gateway.get("/a")
    assert ["cookie" in it.headers for it in vendor.heard] == [False, False]


async def test_the_trace_goes_along(vendor: Vendor, way: Way) -> None:
    trace = "ab" * 16
    with structlog.contextvars.bound_contextvars(trace_id=trace):
        await way.gateway().get("/a")
    await way.gateway().get("/a")
    first, second = (it.headers["traceparent"] for it in vendor.heard)
    assert re.fullmatch(rf"00-{trace}-[0-9a-f]{{16}}-01", first)
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", second)


async def test_the_vendors_words_are_in_the_detail_without_our_secrets(vendor: Vendor, way: Way) -> None:
    vendor.script = lambda heard: answer(400, f"No such field: {heard.headers['authorization']}".encode())
    with pytest.raises(errors.RecordRejected) as caught:
        await way.gateway(bearer(f"token-{CANARY}")).get(f"/token-{CANARY}/x", {"q": "private"})
    assert caught.value.message == "The system answered 400"
    assert caught.value.detail.startswith("400 GET /[secret]/x: No such field: ")
    assert not sings(caught.value.detail.encode()) and "private" not in caught.value.detail


async def test_a_secret_at_the_end_of_the_excerpt_is_not_half_said(vendor: Vendor, way: Way) -> None:
    secret = CANARY + "z" * 3_000
    vendor.says(answer(400, (" " * 500 + "x" * 150 + secret).encode()))
    with pytest.raises(errors.RecordRejected) as caught:
        await way.gateway(bearer(secret)).get("/a")
    assert not sings(caught.value.detail.encode())


async def test_a_connectors_header_replaces_ours_but_not_the_credential(vendor: Vendor, way: Way) -> None:
    headers = {"accept": "text/plain", "authorization": "Basic eA==", "x-own": "1"}
    await way.gateway(bearer("secret")).send("GET", "/a", headers=headers)
    heard = vendor.heard[0].headers
    assert (heard["accept"], heard["x-own"]) == ("text/plain", "1")
    assert (heard["authorization"], heard["user-agent"]) == ("Bearer secret", "Syncline")


async def test_two_systems_share_no_credential_and_no_route(vendor: Vendor, way: Way) -> None:
    """A host behind a route is reached by that system alone."""
    other = way.outbound.client("https://other.example")
    with pytest.raises(errors.RemoteError):
        await type(way.gateway())(other, way.tally, origins=[VENDOR], attempts=1).get(f"{VENDOR}/a")
    assert vendor.connections == 0


async def test_a_403_may_be_about_the_rate(vendor: Vendor, way: Way) -> None:
    """Where the vendor is known to say so by a word; then nobody's right is in doubt, and everybody slows down."""
    told, said = RateHeaders(refusal="LIMIT_EXCEEDED"), [{"errorCode": "LIMIT_EXCEEDED"}]
    vendor.says(answer(403, said))
    with pytest.raises(errors.RateLimited):
        await way.gateway(told=told, attempts=1).get("/things")
    with pytest.raises(errors.PermissionMissing):
        await way.gateway().get("/things")
    vendor.says(answer(403, [{"errorCode": "NO_ACCESS"}]))
    with pytest.raises(errors.PermissionMissing):
        await way.gateway(told=told).get("/things")
    assert way.tally.told == ["rate_limited", "scope_missing", "scope_missing"]
