"""ServiceNow is written to as its reference says: we look before, and see after whether somebody came between."""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.servicenow.answers import (
    DICTIONARY,
    INCIDENTS,
    JOURNAL,
    MARKER,
    ONE,
    PATCH,
    RAW,
    TWO,
    row,
    rows,
    seen,
    world,
)
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.servicenow.writer import ServiceNowWriter
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.testing.contract.operations import file_of

BATCH = "POST /api/now/v1/batch"


def step(number: int, status: int, result: Any = None) -> dict[str, Any]:
    """One answer within a batch's."""
    body = result if status >= 400 else {"result": result}
    return {"id": str(number), "status_code": status, "body": b64encode(json.dumps(body).encode()).decode()}


def batch(*served: dict[str, Any], passed_over: Sequence[str] = ()) -> dict[str, Any]:
    return {"batch_request_id": "1", "serviced_requests": served, "unserviced_requests": passed_over}


class TestWriting:
    async def test_creates_with_a_marker_and_raw_values(self) -> None:
        out = world(
            **{
                "POST /api/now/table/incident": Told(
                    {"result": row(correlation_id=MARKER, short_description="Late")}, 201
                )
            }
        )
        new = NewRecord("incident", {"short_description": "Late", "active": True, "state": None}, MARKER)
        [made] = await ServiceNowWriter(out).create([new])
        assert isinstance(made, Record) and (made.ref.id, made.marker) == (ONE, MARKER)
        assert out.asked[-1].json == {
            "short_description": "Late",
            "active": "true",
            "correlation_id": MARKER,
            "correlation_display": "Syncline",
        }
        assert out.asked[-1].params == {"sysparm_input_display_value": "false", **RAW}

    @pytest.mark.parametrize(
        "answer",
        [
            Told("<html>", 200, {"content-type": "text/html"}),
            Told({"error": {}}),
            Told({"result": []}),
            Told({"result": {"sys_id": ONE}}),
        ],
    )
    async def test_an_answer_to_a_create_that_makes_no_sense_is_looked_up(self, answer: Told) -> None:
        out = world(**{"POST /api/now/table/incident": answer})
        [told] = await ServiceNowWriter(out).create(
            [NewRecord("incident", {"short_description": "x"}, MARKER)]
        )
        assert isinstance(told, errors.UnknownOutcome)

    async def test_a_column_that_is_not_there_would_be_ignored_and_is_refused(self) -> None:
        out = world()
        [answer] = await ServiceNowWriter(out).create([NewRecord("incident", {"u_colour": "red"}, MARKER)])
        assert isinstance(answer, errors.RecordRejected) and "u_colour" in answer.message
        assert "POST" not in {it.method for it in out.asked}

    async def test_looks_before_it_writes(self) -> None:
        out = world(incidents=rows(row(mod=2)), patch={"result": row(mod=3, short_description="New")})
        [after] = await ServiceNowWriter(out).update(
            [Update(seen(), {"short_description": "New", "assigned_to": None})]
        )
        assert isinstance(after, Record) and after.version == "3"
        assert out.asked[-1].json == {"short_description": "New", "assigned_to": ""}

    async def test_what_was_edited_since_is_left_alone(self) -> None:
        out = world(incidents=rows(row(mod=3)))
        [answer] = await ServiceNowWriter(out).update([Update(seen("2"), {"short_description": "x"})])
        assert isinstance(answer, errors.RecordChanged) and out.lines == [INCIDENTS]

    async def test_what_is_gone_is_gone(self) -> None:
        [answer] = await ServiceNowWriter(world(incidents=rows())).update(
            [Update(seen(), {"short_description": "x"})]
        )
        assert isinstance(answer, errors.RecordGone)

    async def test_an_edit_in_between_leaves_the_record_to_be_looked_at_again(self) -> None:
        """Its version is the one that our update would have made, so that the next scan finds another."""
        out = world(incidents=rows(row(mod=2)), patch={"result": row(mod=4)})
        [after] = await ServiceNowWriter(out).update([Update(seen("2"), {"short_description": "x"})])
        assert isinstance(after, Record) and after.version == "3"

    async def test_versions_of_all_are_read_at_once_and_all_are_sent_at_once(self) -> None:
        policy = {"error": {"message": "Operation Failed", "detail": "Data Policy Exception: State"}}
        served = [step(0, 200, row(mod=3)), step(2, 403, policy), step(3, 503), step(4, 200, row(TWO, mod=3))]
        out = world(incidents=rows(row(mod=2)), **{BATCH: batch(*served, passed_over=["1"])})
        stale = Update(replace(seen(), version="1"), {})
        updates = [Update(seen(), {"short_description": "x"})] * 5
        answers = await ServiceNowWriter(out).update([stale, *updates])
        assert [type(it) for it in answers] == [
            errors.RecordChanged,
            Record,
            errors.Unavailable,
            errors.RecordRejected,
            *[errors.UnknownOutcome] * 2,
        ]
        assert "Data Policy Exception: State" in str(answers[3])
        assert out.lines.count(INCIDENTS) == 1 and out.lines.count(BATCH) == 1
        [asked] = [it for it in out.asked if it.line == BATCH]
        first = asked.json["rest_requests"][0]
        assert not asked.repeatable and len(asked.json["rest_requests"]) == 5
        assert first["url"].startswith(f"/api/now/table/incident/{ONE}?sysparm_input_display_value=false&")
        assert json.loads(b64decode(first["body"])) == {"short_description": "x"}

    async def test_rows_are_made_in_one_request(self) -> None:
        made = [{**row(it), "correlation_id": MARKER} for it in (ONE, TWO)]
        out = world(**{BATCH: batch(*(step(number, 201, it) for number, it in enumerate(made)))})
        new = NewRecord("incident", {"short_description": "x"}, MARKER)
        answers = await ServiceNowWriter(out).create([new, new])
        assert [it.ref.id for it in answers if isinstance(it, Record)] == [ONE, TWO]
        [asked] = [it for it in out.asked if it.line == BATCH]
        assert [it["method"] for it in asked.json["rest_requests"]] == ["POST", "POST"]

    async def test_an_instance_that_refuses_batches_is_written_to_one_by_one(self) -> None:
        for refusal in (404, 403, 413):
            out = world(
                **{BATCH: Told(status=refusal), "POST /api/now/table/incident": Told({"result": row()}, 201)}
            )
            new = NewRecord("incident", {"short_description": "x"}, MARKER)
            answers = await ServiceNowWriter(out).create([new] * 3)
            assert [type(it) for it in answers] == [Record] * 3
            assert out.lines.count("POST /api/now/table/incident") == 3

    @pytest.mark.parametrize(
        "answer",
        [{}, [], {"serviced_requests": []}, {"serviced_requests": [{}], "unserviced_requests": []}],
        ids=str,
    )
    async def test_a_batch_that_says_nothing_of_a_row_may_have_happened(self, answer: Any) -> None:
        out = world(**{BATCH: Told(answer)})
        new = NewRecord("incident", {"short_description": "x"}, MARKER)
        with pytest.raises(errors.UnknownOutcome):
            await ServiceNowWriter(out).create([new] * 2)

    async def test_a_comment_is_known_however_its_lines_end(self) -> None:
        told = {"sys_id": "j1", "element": "comments", "value": "One\r\n\r\nTwo"}
        entry = {**told, "sys_created_on": "2026-07-14 00:00:00"}
        out = StandIn({PATCH: {"result": row()}, JOURNAL: rows(entry)})
        ref = RecordRef("incident", ONE)
        made = await ServiceNowWriter(out).comment(ref, "One\n\nTwo\n", public=True, marker=MARKER)
        assert made.id == "j1"

    @pytest.mark.parametrize(("public", "element"), [(True, "comments"), (False, "work_notes")])
    async def test_a_comment_is_a_patch_and_is_read_back(self, public: bool, element: str) -> None:
        told = {"sys_id": "j1", "element": element, "value": "Hello", "sys_created_on": "2026-07-14 00:00:00"}
        out = StandIn({PATCH: {"result": row()}, JOURNAL: rows(told)})
        made = await ServiceNowWriter(out).comment(
            RecordRef("incident", ONE), "Hello", public=public, marker=MARKER
        )
        assert (made.id, made.public) == ("j1", public) and out.asked[0].json == {element: "Hello"}

    async def test_a_comment_that_is_nowhere_may_have_been_written(self) -> None:
        out = StandIn({PATCH: {"result": row()}, JOURNAL: rows()})
        with pytest.raises(errors.UnknownOutcome):
            await ServiceNowWriter(out).comment(RecordRef("incident", ONE), "x", public=True, marker=MARKER)

    async def test_closing(self) -> None:
        out = world(incidents=rows(row(mod=2)), patch={"result": row(mod=3, state="7")})
        await ServiceNowWriter(out).close(seen())
        assert out.asked[-1].json == {"state": "7"}
        at = datetime(2026, 7, 14, tzinfo=UTC)
        with pytest.raises(errors.RecordRejected):
            await ServiceNowWriter(out).close(Record(RecordRef("u_desk", ONE), {}, "1", at, at))

    async def test_a_rule_that_stops_a_write_is_named(self) -> None:
        said = "Operation against file 'incident' was aborted by Business Rule 'Dates in order^7c065dc52b61'."
        refusal = errors.PermissionMissing("403", detail=f'403 PATCH x: {{"error": {{"detail": "{said}"}}}}')
        out = world(incidents=rows(row(mod=2)), patch=refusal)
        [told] = await ServiceNowWriter(out).update([Update(seen(), {"short_description": "x"})])
        assert isinstance(told, errors.RecordRejected)
        assert told.message.endswith("was aborted by Business Rule 'Dates in order")

    async def test_a_data_policy_concerns_its_record_and_names_the_fields(self) -> None:
        detail = '403 PATCH x: {"error": {"detail": "Data Policy Exception: The following fields are mandatory: Resolution code"}}'
        out = world(
            incidents=rows(row(mod=2)),
            patch=errors.PermissionMissing("403", detail=detail),
            **{"GET /api/now/table/sys_choice": rows()},
        )
        with pytest.raises(errors.RecordRejected, match=r"mandatory: Resolution code$"):
            await ServiceNowWriter(out).close(seen())

    @pytest.mark.parametrize(
        ("codes", "filled_in", "sent"),
        [
            (("Duplicate", "No resolution provided"), None, {"close_code": "No resolution provided"}),
            (("Duplicate",), "Duplicate", {}),
        ],
    )
    async def test_a_policy_about_closed_rows_gets_what_claims_nothing(
        self, codes: tuple[str, ...], filled_in: str | None, sent: dict[str, str]
    ) -> None:
        policy = errors.PermissionMissing(
            "403", detail='403: {"detail": "Data Policy Exception: mandatory: x"}'
        )
        names = ("close_code", "close_notes", "state")
        columns = [{"element": it, "internal_type": "string", "name": "incident"} for it in names]
        choices = [{"element": "close_code", "value": it, "name": "incident"} for it in codes]
        out = world(
            incidents=rows(row(mod=2)),
            patch=[policy, {"result": row(mod=3, state="7")}],
            **{"GET /api/now/table/sys_choice": rows(*choices), DICTIONARY: rows(*columns)},
        )
        await ServiceNowWriter(out).close(seen(close_code=filled_in))
        words = out.asked[-1].json.pop("close_notes")
        assert "Syncline" in words and out.asked[-1].json == {"state": "7", **sent}

    async def test_a_row_that_may_not_be_written_is_set_aside(self) -> None:
        out = world(incidents=rows(row(mod=2)), patch=Told(status=403))
        [answer] = await ServiceNowWriter(out).update([Update(seen(), {"short_description": "x"})])
        assert isinstance(answer, errors.RecordRejected)

    async def test_what_was_edited_is_not_deleted(self) -> None:
        gone = f"DELETE /api/now/table/incident/{ONE}"
        with pytest.raises(errors.RecordChanged):
            await ServiceNowWriter(StandIn({INCIDENTS: rows(row(mod=9))})).delete(seen())
        out = StandIn({INCIDENTS: rows(row(mod=2)), gone: Told(status=204)})
        await ServiceNowWriter(out).delete(seen())
        assert out.lines[-1] == gone

    async def test_a_file_is_sent_as_it_is(self) -> None:
        told = {"sys_id": "f", "file_name": "a.txt", "size_bytes": "2", "download_link": "https://x/f"}
        out = StandIn({"POST /api/now/attachment/file": Told({"result": told}, 201)})
        made = await ServiceNowWriter(out).attach(seen(), file_of(b"hi", "a.txt"))
        assert made.size == 2 and out.asked[0].content == b"hi"
        assert out.asked[0].params == {"table_name": "incident", "table_sys_id": ONE, "file_name": "a.txt"}
