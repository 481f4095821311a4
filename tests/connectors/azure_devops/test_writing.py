"""Azure DevOps is written to as its reference says, and no edit that was not seen is overwritten."""

import json
from typing import Any

import pytest

from connectors.azure_devops.answers import ITEMS, MARKER, a_bug, item, listed
from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.azure_devops.writer import AzureDevOpsWriter
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.testing.contract.operations import file_of

BATCH = "PATCH /_apis/wit/$batch"


def step(code: int, body: Any = None) -> dict[str, Any]:
    """One answer within a batch's."""
    return {"code": code, "headers": {}, "body": json.dumps(body or {})}


class TestWriting:
    PATH = "POST /Web%20Shop/_apis/wit/workitems/$Bug"

    async def test_creates_with_a_patch_and_leaves_the_marker_as_a_tag(self) -> None:
        out = StandIn({self.PATH: item(7, Title="Late", Tags=f"a; {MARKER}")})
        new = NewRecord(
            "Bug", {"System.Title": "Late", "System.Tags": ["a"], "Custom.X": None}, MARKER, "Web Shop"
        )
        [made] = await AzureDevOpsWriter(out).create([new])
        assert isinstance(made, Record) and (made.ref.id, made.marker) == ("7", MARKER)
        assert made.values["System.Tags"] == ["a"]
        assert out.asked[0].headers["Content-Type"] == "application/json-patch+json"
        assert out.asked[0].json == [
            {"op": "add", "path": "/fields/System.Title", "value": "Late"},
            {"op": "add", "path": "/fields/System.Tags", "value": f"a; {MARKER}"},
        ]

    async def test_an_update_tests_the_revision_first(self) -> None:
        out = StandIn({"PATCH /_apis/wit/workitems/7": item(7, 4, Title="New")})
        seen = a_bug(**{"System.Title": "Old", "Custom.Size": 3, "Custom.None": None})
        [after] = await AzureDevOpsWriter(out).update(
            [Update(seen, {"System.Title": "New", "Custom.Size": None, "Custom.None": None})]
        )
        assert isinstance(after, Record) and after.version == "4" and after.values["Custom.Size"] is None
        assert out.asked[0].json == [
            {"op": "test", "path": "/rev", "value": 3},
            {"op": "add", "path": "/fields/System.Title", "value": "New"},
            {"op": "remove", "path": "/fields/Custom.Size"},
        ]

    async def test_each_record_has_its_own_fate_in_one_request(self) -> None:
        forbidden = {"message": "TF237111: No permission here."}
        parts = [step(412), step(400), step(200, item(7, 4)), step(403, forbidden), step(503)]
        out = StandIn({BATCH: listed(*parts), ITEMS: listed(item(7, 4))})
        answers = await AzureDevOpsWriter(out).update([Update(a_bug(), {"System.Title": "x"})] * 5)
        assert [type(it) for it in answers] == [
            errors.RecordChanged,
            errors.RecordRejected,
            Record,
            errors.RecordRejected,
            errors.UnknownOutcome,
        ]
        assert "TF237111: No permission here." in str(answers[3])
        asked, looked = out.asked
        assert (looked.line, looked.params["fields"]) == (ITEMS, "System.Rev")
        assert not asked.repeatable and asked.json[0]["uri"] == "/_apis/wit/workitems/7?api-version=7.1"
        assert asked.json[0]["body"][0] == {"op": "test", "path": "/rev", "value": 3}

    async def test_records_are_created_in_one_request_that_is_not_repeated(self) -> None:
        parts = [step(200, item(7)), step(503), step(200, item(8) | {"rev": 1, "fields": {}}), {"code": 200}]
        out = StandIn({BATCH: listed(*parts), ITEMS: listed(item(7), item(8))})
        new = [NewRecord("User Story", {"System.Title": "x"}, MARKER, "Web Shop")] * 4
        homeless = NewRecord("Bug", {"System.Title": "x"}, MARKER)
        answers = await AzureDevOpsWriter(out).create([homeless, *new])
        assert [type(it) for it in answers] == [errors.RecordRejected, Record, *[errors.UnknownOutcome] * 3]
        asked, _ = out.asked
        assert not asked.repeatable and len(asked.json) == 4
        assert asked.json[0]["uri"] == "/Web%20Shop/_apis/wit/workitems/$User%20Story?api-version=7.1"

    @pytest.mark.parametrize(
        ("there", "kept"), [([item(7, 4)], True), ([item(7, 3)], False), ([None], False)]
    )
    async def test_where_some_of_a_batch_failed_the_others_are_looked_at(
        self, there: Any, kept: bool
    ) -> None:
        out = StandIn({BATCH: listed(step(200, item(7, 4)), step(400)), ITEMS: listed(*there)})
        told, _ = await AzureDevOpsWriter(out).update([Update(a_bug(), {"System.Title": "x"})] * 2)
        assert isinstance(told, Record) if kept else isinstance(told, errors.UnknownOutcome)
        out = StandIn({BATCH: listed(step(200, item(7, 4)), step(400)), ITEMS: listed(*there)})
        new = NewRecord("Bug", {"System.Title": "x"}, MARKER, "Web Shop")
        told, _ = await AzureDevOpsWriter(out).create([new, new])
        assert isinstance(told, Record) if kept else isinstance(told, errors.UnknownOutcome)

    async def test_a_look_that_fails_leaves_open_what_was_kept(self) -> None:
        out = StandIn({BATCH: listed(step(200, item(7)), step(400)), ITEMS: Told(status=503)})
        new = NewRecord("Bug", {"System.Title": "x"}, MARKER, "Web Shop")
        with pytest.raises(errors.UnknownOutcome):
            await AzureDevOpsWriter(out).create([new, new])

    @pytest.mark.parametrize("answer", [{"value": []}, {}, [], {"value": [{"code": 200, "body": "{}"}] * 3}])
    async def test_a_batch_that_is_not_answered_part_by_part_may_have_happened(self, answer: Any) -> None:
        with pytest.raises(errors.UnknownOutcome):
            await AzureDevOpsWriter(StandIn({BATCH: Told(answer)})).update([Update(a_bug(), {})] * 2)

    async def test_a_refused_token_ends_the_call_and_loses_no_answer(self) -> None:
        refused = Told(status=401)
        updates = [Update(a_bug(), {"System.Title": "x"})] * 300
        out = StandIn({BATCH: [listed(*[step(200, item(7, 4))] * 200), refused]})
        answers = await AzureDevOpsWriter(out).update(updates)
        assert [type(it) for it in answers[198:202]] == [Record, Record, *[errors.CredentialRejected] * 2]
        for world in ({BATCH: refused}, {BATCH: listed(step(401), step(401))}):
            with pytest.raises(errors.CredentialRejected):
                await AzureDevOpsWriter(StandIn(world)).update(updates[:2])

    async def test_an_organization_that_refuses_batches_is_written_to_one_by_one(self) -> None:
        out = StandIn({BATCH: Told(status=404), "PATCH /_apis/wit/workitems/7": item(7, 4)})
        answers = await AzureDevOpsWriter(out).update([Update(a_bug(), {"System.Title": "x"})] * 3)
        assert [type(it) for it in answers] == [Record] * 3
        assert out.lines == [BATCH, *["PATCH /_apis/wit/workitems/7"] * 3]

    async def test_what_follows_a_batch_of_unknown_outcome_is_not_sent(self) -> None:
        lost = errors.UnknownOutcome("It did not say")
        out = StandIn({BATCH: [listed(*[step(200, item(7, 4))] * 200), lost]})
        answers = await AzureDevOpsWriter(out).update([Update(a_bug(), {"System.Title": "x"})] * 500)
        assert [type(answers[at]) for at in (0, 200, 399, 400, 499)] == [
            Record,
            *[errors.UnknownOutcome] * 2,
            *[errors.Unavailable] * 2,
        ]
        assert len(answers) == 500 and len(out.asked) == 2

    @pytest.mark.parametrize("answer", [{}, {"id": 7}, item(7) | {"rev": 1, "fields": {}}, [], None])
    async def test_an_answer_to_a_create_that_makes_no_sense_is_looked_up(self, answer: Any) -> None:
        new = NewRecord("Bug", {"System.Title": "x"}, MARKER, "Web Shop")
        [told] = await AzureDevOpsWriter(StandIn({self.PATH: Told(answer)})).create([new])
        assert isinstance(told, errors.UnknownOutcome)

    async def test_a_create_without_a_project_is_not_sent(self) -> None:
        out = StandIn({})
        [answer] = await AzureDevOpsWriter(out).create([NewRecord("Bug", {"System.Title": "x"}, MARKER)])
        assert isinstance(answer, errors.RecordRejected) and out.asked == []

    async def test_closing_takes_the_types_own_last_state(self) -> None:
        states = listed({"name": "New", "category": "Proposed"}, {"name": "Fertig", "category": "Completed"})
        out = StandIn(
            {
                "GET /Web%20Shop/_apis/wit/workitemtypes/Bug/states": states,
                "PATCH /_apis/wit/workitems/7": item(7, 4, State="Fertig"),
            }
        )
        assert (await AzureDevOpsWriter(out).close(a_bug())).values["System.State"] == "Fertig"
        assert out.asked[1].json[1] == {"op": "add", "path": "/fields/System.State", "value": "Fertig"}

    async def test_what_was_edited_is_not_deleted(self) -> None:
        out = StandIn({"GET /_apis/wit/workitems/7": item(7, 4)})
        with pytest.raises(errors.RecordChanged):
            await AzureDevOpsWriter(out).delete(a_bug())
        out = StandIn({"GET /_apis/wit/workitems/7": item(7, 3), "DELETE /_apis/wit/workitems/7": {"id": 7}})
        await AzureDevOpsWriter(out).delete(a_bug())
        assert out.lines[-1] == "DELETE /_apis/wit/workitems/7" and "destroy" not in out.asked[-1].params

    async def test_an_internal_comment_is_never_sent(self) -> None:
        out = StandIn({})
        with pytest.raises(errors.RecordRejected):
            await AzureDevOpsWriter(out).comment(RecordRef("Bug", "7"), "x", public=False, marker=MARKER)
        assert out.asked == []

    async def test_a_file_is_uploaded_and_then_linked(self) -> None:
        upload = "POST /Web%20Shop/_apis/wit/attachments"
        out = StandIn(
            {upload: Told({"id": "g", "url": "https://x/g"}, 201), "PATCH /_apis/wit/workitems/7": item(7, 4)}
        )
        made = await AzureDevOpsWriter(out).attach(a_bug(), file_of(b"\x89", "a b.png"))
        assert (made.url, made.size) == ("https://x/g", 1)
        assert out.asked[0].params["fileName"] == "a b.png" and out.asked[0].content == b"\x89"
        assert out.asked[0].headers["Content-Length"] == "1"
        assert out.asked[1].json[1]["value"] == {
            "rel": "AttachedFile",
            "url": "https://x/g",
            "attributes": {"name": "a b.png"},
        }
