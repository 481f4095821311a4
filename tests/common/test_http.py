"""What every route promises: problems in one shape, nothing echoed, nothing promised that is not kept."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr
from sqlalchemy import text
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from common.served import application, calling, problem_of
from common.things import DEFERRED, THINGS, effects, router
from conftest import ON_SQLITE
from syncline_common.db.engine import open_database, open_engine
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Service
from syncline_common.settings import DatabaseSettings

MIB = 1024 * 1024
JSON = {"Content-Type": "application/json"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
async def http(db: Database) -> AsyncIterator[AsyncClient]:
    async with calling(application(router, caps={f"{THINGS}/keys": 3 * MIB}), db) as http:
        yield http


async def post(http: AsyncClient, body: bytes, **headers: str) -> Any:
    return await http.post(THINGS, content=body, headers=JSON | headers)


@ON_SQLITE
class TestBodies:
    @pytest.mark.parametrize(
        ("body", "pointers"),
        [
            (b'{"name": "a", "nane": "s3cret"}', ["/nane"]),
            (b'{"password": "s3cret"}', ["/name"]),
            (b'{"name": "  ", "password": "s3cret"}', ["/name"]),
            (b'{"name": 7, "note": ["s3cret"]}', ["/name", "/note"]),
            (b'{"name": "a", "sizes": [{"width": 1}, {"width": "s3cret"}]}', ["/sizes/1/width"]),
            (b'{"name": "a", "a/b~c": "s3cret"}', ["/a~1b~0c"]),
            (b'{"name": "s3cret\\u0000"}', ["/name"]),
            (b'{"name": "s3cret\\u001f"}', ["/name"]),
            (b'{"name": "s3cret\\ud800"}', ["/name"]),
            (b'{"name": "a", "note": "s3cret\\u0000"}', ["/note"]),
            (b'{"name": "a", "note": "\\udfff s3cret"}', ["/note"]),
            (b'"s3cret"', [""]),
            (b'["s3cret"]', [""]),
            (b"null", [""]),
            (b"", [""]),
            (b'{"name": "s3cret", ', [""]),
            (b'{"name": s3cret}', [""]),
        ],
        ids=lambda it: it.decode() if isinstance(it, bytes) else "",
    )
    async def test_what_is_not_valid_is_pointed_at_and_not_echoed(
        self, http: AsyncClient, db: Database, body: bytes, pointers: list[str]
    ) -> None:
        answer = await post(http, body)
        problem = problem_of(answer, 422, "invalid")
        assert [it["pointer"] for it in problem["errors"]] == pointers
        assert all(it["message"] for it in problem["errors"])
        assert "s3cret" not in answer.text and await effects(db) == 0

    async def test_a_name_that_is_no_text_is_refused_as_well(self, http: AsyncClient) -> None:
        for body in (b'{"name": "a", "\\ud800": 1}', b'{"name": "a", "\\u0000": 1}'):
            problem_of(await post(http, body), 422, "invalid")

    @pytest.mark.parametrize(
        "body",
        [
            b'{"name": "\xff\xfe"}',
            b"[" * 100_000,
            b'{"name": ' * 100_000,
            b"\xff",
            b'{"name": 1' + b"0" * 9999,
        ],
        ids=["not UTF-8", "brackets", "braces", "one byte", "a long number"],
    )
    async def test_what_is_no_json_at_all_is_our_clients_fault(self, http: AsyncClient, body: bytes) -> None:
        answer = await post(http, body)
        assert answer.status_code in (400, 422)
        problem_of(answer, answer.status_code, "invalid")

    @pytest.mark.parametrize(
        "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
    )
    async def test_json_under_another_name_is_refused(
        self, http: AsyncClient, db: Database, kind: str
    ) -> None:
        """Or a form on a foreign page could post it."""
        answer = await http.post(THINGS, content=b'{"name": "a"}', headers={"Content-Type": kind})
        problem_of(answer, 422, "invalid")
        assert await effects(db) == 0

    async def test_a_body_as_large_as_allowed(self, http: AsyncClient) -> None:
        body = b'{"name": "a"' + b" " * (MIB - 13) + b"}"
        assert len(body) == MIB and (await post(http, body)).status_code == 201

    @pytest.mark.parametrize("chunked", [False, True], ids=["said", "chunked"])
    async def test_a_body_over_the_limit(self, http: AsyncClient, db: Database, chunked: bool) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(65):
                yield b" " * (16 * 1024)

        content = chunks() if chunked else b" " * (MIB + 1)
        answer = await http.post(THINGS, content=content, headers=JSON)
        problem = problem_of(answer, 413, "too_large")
        assert "1024 KiB" in problem["title"] and await effects(db) == 0

    @pytest.mark.parametrize(("size", "status"), [(3 * MIB, 201), (3 * MIB + 1, 413)])
    async def test_a_path_may_have_a_limit_of_its_own(
        self, http: AsyncClient, size: int, status: int
    ) -> None:
        assert (await http.post(f"{THINGS}/keys", content=b" " * size)).status_code == status

    @pytest.mark.parametrize("length", ["-1", "x", "9" * 5000, "\xb2"])
    async def test_a_length_that_is_none_is_no_bug(self, http: AsyncClient, length: str) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", length.encode("latin-1"))]
        answer = await http.post(THINGS, content=b"{}", headers=headers)
        problem_of(answer, 422, "invalid")


@ON_SQLITE
class TestProblems:
    async def test_an_unknown_path(self, http: AsyncClient) -> None:
        for path in ("/nothing", "/test/v1/thing", f"{THINGS}/a/b", "/test/internal/x", "//"):
            problem_of(await http.get(path), 404, "not_found")

    async def test_a_method_that_a_path_does_not_know(self, http: AsyncClient) -> None:
        answer = await http.delete(THINGS)
        problem_of(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "POST"

    @pytest.mark.parametrize(
        "header", [{}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer nobody"}]
    )
    async def test_who_is_not_known_is_told_how(self, http: AsyncClient, header: dict[str, str]) -> None:
        del http.headers["Authorization"]
        answer = await http.post(THINGS, json={"name": "a"}, headers=header)
        problem_of(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        ("why", "status", "code", "facts", "retry_after"),
        [
            ("conflict", 409, "conflict", {"title": "Not now"}, None),
            ("move", 409, "illegal_move", {"allowed": ["pause", "delete"]}, None),
            ("none", 404, "not_found", {"errors": []}, None),
            ("limit", 429, "rate_limited", {}, "7"),
            ("vendor", 503, "unavailable", {}, "31"),
        ],
    )
    async def test_a_refusal_says_what_a_program_needs(
        self,
        http: AsyncClient,
        why: str,
        status: int,
        code: str,
        facts: dict[str, Any],
        retry_after: str | None,
    ) -> None:
        answer = await http.get(f"{THINGS}/refused/{why}")
        problem = problem_of(answer, status, code)
        assert problem | facts == problem
        assert answer.headers.get("retry-after") == retry_after

    async def test_a_bug_is_recorded_and_its_details_stay_here(self, http: AsyncClient) -> None:
        with capture_logs(processors=[merge_contextvars]) as logged:
            answer = await http.get(
                f"{THINGS}/refused/bug", headers={"traceparent": f"00-{TRACE}-{'1' * 16}-01"}
            )
        problem = problem_of(answer, 500, "internal")
        assert "trace id" in problem["title"] and problem["trace_id"] == TRACE
        assert "s3cret" not in answer.text and "RuntimeError" not in answer.text
        (line,) = [it for it in logged if it["log_level"] == "error"]
        assert (line["trace_id"], line["service"], type(line["exc_info"])) == (TRACE, "test", RuntimeError)

    @pytest.mark.parametrize(
        ("traceparent", "kept"),
        [
            (f"00-{TRACE}-00f067aa0ba902b7-01", True),
            (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", False),
            (f"00-{'0' * 32}-00f067aa0ba902b7-01", False),
            (f"00-{TRACE}-00f067aa0ba902b7-01-more", False),
            ("nonsense\x01", False),
        ],
    )
    async def test_the_callers_trace_goes_on(self, http: AsyncClient, traceparent: str, kept: bool) -> None:
        for path in (f"{THINGS}/count", "/nothing"):
            answer = await http.get(path, headers={"traceparent": traceparent})
            shown = answer.headers["x-trace-id"]
            assert len(shown) == 32 and (shown in traceparent) is kept

    async def test_without_one_each_request_has_its_own(self, http: AsyncClient) -> None:
        ids = {(await http.get(f"{THINGS}/count")).headers["x-trace-id"] for _ in range(3)}
        assert len(ids) == 3

    async def test_every_answer_carries_the_safety_headers(self, http: AsyncClient) -> None:
        for path in (f"{THINGS}/count", "/nothing", f"{THINGS}/refused/bug"):
            headers = (await http.get(path)).headers
            assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")

    async def test_figures_name_routes_and_never_what_was_asked_for(self, http: AsyncClient) -> None:
        await http.put(f"{THINGS}/{'0' * 32}", json={"name": "a"})
        await http.get("/some/wild/guess")
        http._transport.app.state.health = Quiet()  # type: ignore[attr-defined]
        figures = (await http.get("/test/metrics")).text
        assert f'method="PUT",route="{THINGS}/{{thing_id}}",service="test"' in figures
        assert 'route="unknown",service="test"' in figures
        assert "wild" not in figures and "0" * 32 not in figures


class Quiet:
    async def note_figures(self) -> None: ...


async def test_a_commit_that_fails_is_not_answered_201(http: AsyncClient, db: Database) -> None:
    async with db.begin() as tx:
        await tx.session.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        await tx.session.execute(text(f"CREATE TABLE child (parent_id INTEGER {DEFERRED})"))
    for headers in ({}, {"Idempotency-Key": "k"}):
        problem_of(await http.post(f"{THINGS}/orphans", headers=headers), 500, "internal")
    async with db.read() as tx:
        assert (await tx.session.execute(text("SELECT * FROM child"))).all() == []


async def test_a_database_that_is_away_is_503_and_come_back(service: Service, tmp_path: Path) -> None:
    nowhere = DatabaseSettings(
        database_url=SecretStr("postgresql://u:s3cret@127.0.0.1:1/x"), data_dir=tmp_path
    )
    engine = open_engine(nowhere, service.name)
    async with calling(application(router), open_database(engine, service.metadata)) as http:
        for answer in (
            await http.get(f"{THINGS}/count"),
            await http.post(THINGS, json={"name": "a"}, headers={"Idempotency-Key": "k"}),
        ):
            problem_of(answer, 503, "unavailable")
            assert answer.headers["retry-after"] == "2" and "s3cret" not in answer.text
    await engine.dispose()
