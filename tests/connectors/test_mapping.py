"""Wire to canonical and back: pure, by the reference's examples, and there and back again for whatever comes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline_common import errors
from syncline_common.connectors.azure_devops import records as azure
from syncline_common.connectors.servicenow import records as now
from syncline_common.connectors.times import instant, iso
from syncline_common.schemas.records import Record, RecordRef
from syncline_common.schemas.values import FieldType

MARKER = "sl-abcdefghij234567abcd"
ADA = {
    "displayName": "Service desk",
    "uniqueName": "desk@example.com",
    "id": "8c8c7d32-6b1b-47f4-b2e9-30b477b5ab3d",
}
AT = datetime(2026, 3, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-31T18:36:26.23Z", datetime(2026, 3, 31, 18, 36, 26, 230000, tzinfo=UTC)),
        ("2026-03-31T18:36:26Z", datetime(2026, 3, 31, 18, 36, 26, tzinfo=UTC)),
        ("2026-03-31T18:36:26.2Z", datetime(2026, 3, 31, 18, 36, 26, 200000, tzinfo=UTC)),
        ("2026-03-31T20:36:26.123+02:00", datetime(2026, 3, 31, 18, 36, 26, 123000, tzinfo=UTC)),
    ],
)
def test_zeros_at_the_end_of_a_time_are_left_out(written: str, read: datetime) -> None:
    assert instant(written) == read


@pytest.mark.parametrize("text", ["", "6/18/2026 8:06:03 AM", "2026-03-31T18:36:26", "yesterday"])
def test_a_time_that_can_not_be_told_is_no_time(text: str) -> None:
    with pytest.raises(errors.ContractBroken):
        instant(text)


def item(**fields: Any) -> dict[str, Any]:
    fixed = {"System.CreatedDate": "2026-03-31T00:00:00Z", "System.ChangedDate": "2026-03-31T18:36:26.23Z"}
    return {"id": 7, "rev": 4, "fields": {**fixed, **{f"System.{name}": it for name, it in fields.items()}}}


def read(names: tuple[str, ...] = (), **fields: Any) -> Record:
    return azure.to_record(item(**fields), "Bug", names)


class TestAzureDevOps:
    @pytest.mark.parametrize(
        ("value", "canonical"),
        [
            (ADA, "desk@example.com"),
            ({"displayName": "Build"}, "Build"),
            ("<p>a</p>", "<p>a</p>"),
            (3, 3),
            (2.5, 2.5),
            (False, False),
            ("", None),
        ],
    )
    def test_values(self, value: Any, canonical: Any) -> None:
        assert read(X=value).values["System.X"] == canonical

    def test_the_marker_is_no_tag_of_the_users(self) -> None:
        record = read(Tags=f"late; {MARKER}; urgent")
        assert (record.marker, record.values["System.Tags"]) == (MARKER, ["late", "urgent"])

    def test_a_tag_that_only_looks_a_little_like_a_marker_is_one_of_the_users(self) -> None:
        record = read(Tags=f"{MARKER}x; sl-1; SL-{MARKER[3:]}")
        assert record.marker is None and len(record.values["System.Tags"]) == 3

    def test_no_tags_are_an_empty_list(self) -> None:
        assert read(("System.Tags",)).values["System.Tags"] == []

    def test_a_record_keeps_the_stream_it_was_asked_for_in(self) -> None:
        record = read(WorkItemType="Task", TeamProject="Web")
        assert (record.ref, record.version, record.project) == (RecordRef("Bug", "7"), "4", "Web")
        assert "System.WorkItemType" not in record.values

    def test_fields_that_are_not_in_an_answer_are_no_record(self) -> None:
        with pytest.raises(errors.ContractBroken):
            azure.to_record({"id": 7, "rev": 4}, "Bug", ())

    def test_tags_are_written_with_the_marker_that_is_there(self) -> None:
        seen = read(Tags=f"a; {MARKER}")
        assert azure.to_patch(seen, {"System.Tags": ["b"]}, None)[1:] == [
            {"op": "replace", "path": "/fields/System.Tags", "value": f"b; {MARKER}"}
        ]
        assert azure.to_patch(seen, {"System.Tags": []}, None)[1]["value"] == MARKER
        assert azure.to_patch(read(), {"System.Tags": ["b"]}, None)[1]["op"] == "add"

    @pytest.mark.parametrize("tag", ["a, b", "a;b"])
    def test_a_tag_that_would_become_two_is_refused(self, tag: str) -> None:
        with pytest.raises(errors.RecordRejected, match="no comma"):
            azure.to_patch(read(Tags="x"), {"System.Tags": ["ok", tag]}, None)
        with pytest.raises(errors.RecordRejected, match="no comma"):
            azure.to_new({"System.Tags": [tag]}, MARKER, None)

    def test_a_marker_in_a_field_of_its_own_leaves_tags_alone(self) -> None:
        patch = azure.to_new({"System.Tags": ["a"], "System.TeamProject": "Web"}, MARKER, "Custom.SynclineId")
        assert {it["path"]: it["value"] for it in patch} == {
            "/fields/System.Tags": "a",
            "/fields/Custom.SynclineId": MARKER,
        }

    def test_attachments_are_those_relations_that_are_files(self) -> None:
        url = "https://dev.azure.com/fabrikam/_apis/wit/attachments/6b2c?fileName=a.png"
        file = {"rel": "AttachedFile", "url": url, "attributes": {"name": "a.png", "resourceSize": 9}}
        parent = {"rel": "System.LinkTypes.Hierarchy-Reverse", "url": "x", "attributes": {}}
        [found] = azure.to_attachments({"relations": [parent, file]})
        assert (found.id, found.name, found.size, found.url) == ("6b2c", "a.png", 9, url)
        assert azure.to_attachments({}) == []

    @given(
        st.dictionaries(
            st.from_regex(r"Custom\.[A-Z][a-z]{0,8}", fullmatch=True),
            st.text(min_size=1)
            | st.integers()
            | st.booleans()
            | st.floats(allow_nan=False, allow_infinity=False),
            max_size=5,
        ),
        st.lists(
            st.from_regex(r"[A-Za-z0-9äß _.-]{1,12}", fullmatch=True).map(str.strip).filter(bool), max_size=4
        ),
    )
    def test_there_and_back(self, values: dict[str, Any], tags: list[str]) -> None:
        """What a create sends comes back as what was given, and the marker beside it."""
        patch = azure.to_new({**values, "System.Tags": tags}, MARKER, None)
        stored = {it["path"].removeprefix("/fields/"): it["value"] for it in json.loads(json.dumps(patch))}
        wire = item()
        wire["fields"] |= stored
        record = azure.to_record(wire, "Bug", ())
        assert {name: record.values[name] for name in values} == values
        assert record.values["System.Tags"] == [it for it in tags if not azure.MARKER.fullmatch(it)]
        assert record.marker is not None

    @given(st.dictionaries(st.sampled_from(["Custom.A", "Custom.B"]), st.none() | st.text(max_size=5)))
    def test_the_revision_is_always_tested_first(self, values: dict[str, Any]) -> None:
        patch = azure.to_patch(read(), values, None)
        assert patch[0] == {"op": "test", "path": "/rev", "value": 4}
        assert all(it["op"] == "add" for it in patch[1:])  # there was nothing to remove


TYPES = {
    "text": FieldType.TEXT,
    "number": FieldType.NUMBER,
    "flag": FieldType.BOOLEAN,
    "at": FieldType.INSTANT,
    "watchers": FieldType.LIST,
    "state": FieldType.CHOICE,
}
moments = (
    st.datetimes(timezones=st.just(UTC), allow_imaginary=False).filter(lambda it: it.year > 1000).map(iso)
)


def row(**columns: Any) -> dict[str, Any]:
    fixed = {"sys_id": "a1", "sys_mod_count": "2"}
    return {
        **fixed,
        "sys_updated_on": "2026-07-14 00:28:44",
        "sys_created_on": "2026-07-13 00:00:00",
        **columns,
    }


class TestServiceNow:
    @pytest.mark.parametrize(
        ("column", "wire", "canonical"),
        [
            ("text", "", None),
            ("text", "true", "true"),
            ("text", "2026-07-14 00:28:44", "2026-07-14 00:28:44"),
            ("flag", "true", True),
            ("flag", "false", False),
            ("flag", "maybe", "maybe"),
            ("number", "12", 12),
            ("number", "-1.5", -1.5),
            ("number", "12 GB", "12 GB"),
            ("at", "2026-07-14 00:28:44", "2026-07-14T00:28:44Z"),
            ("at", "2026-02-30 00:00:00", "2026-02-30 00:00:00"),
            ("watchers", "a1,b2", ["a1", "b2"]),
            ("state", "-5", "-5"),
        ],
    )
    def test_values_by_type(self, column: str, wire: str, canonical: Any) -> None:
        assert now.to_record(row(**{column: wire}), "incident", TYPES).values[column] == canonical

    def test_a_reference_with_a_link_is_its_id(self) -> None:
        told = row(caller={"link": "https://acme.service-now.com/x", "value": "a1"})
        assert now.to_record(told, "incident", TYPES).values["caller"] == "a1"

    def test_journals_were_not_read_although_they_look_empty(self) -> None:
        values = now.to_record(
            row(comments="", work_notes="", comments_and_work_notes=""), "incident", {}
        ).values
        assert not {"comments", "work_notes", "comments_and_work_notes"} & set(values)

    def test_a_hidden_column_is_not_in_the_values(self) -> None:
        assert "text" not in now.to_record(row(flag="true"), "incident", TYPES).values

    def test_a_row_without_its_count_of_edits_can_not_be_synchronised(self) -> None:
        told = row()
        del told["sys_mod_count"]
        with pytest.raises(errors.PermissionMissing, match="sys_mod_count"):
            now.to_record(told, "incident", TYPES)

    @pytest.mark.parametrize(
        ("given", "sent"),
        [
            ("2026-07-14T02:28:44+02:00", "2026-07-14 00:28:44"),
            ("2026-07-14T00:28:44.900Z", "2026-07-14 00:28:44"),
            ("2026-07-14T00:28:44", "2026-07-14 00:28:44"),
            (None, ""),
        ],
    )
    def test_times_are_sent_in_utc(self, given: str | None, sent: str) -> None:
        assert now.to_row({"at": given}, TYPES) == {"at": sent}

    def test_unknown_columns_are_refused_if_the_known_ones_are_known(self) -> None:
        with pytest.raises(errors.RecordRejected, match="u_a, u_b"):
            now.to_row({"u_b": 1, "u_a": 1, "text": ""}, TYPES)
        assert now.to_row({"u_b": 1}, {}) == {"u_b": "1"}

    @pytest.mark.parametrize(
        ("column", "kind"),
        [
            ({"internal_type": "string"}, FieldType.TEXT),
            ({"internal_type": "integer"}, FieldType.NUMBER),
            ({"internal_type": "integer", "choice": "1"}, FieldType.CHOICE),
            ({"internal_type": "reference", "reference": "sys_user"}, FieldType.PERSON),
            ({"internal_type": "reference", "reference": "cmdb_ci"}, FieldType.CHOICE),
            ({"internal_type": "glide_date_time"}, FieldType.INSTANT),
            ({"internal_type": "html"}, FieldType.RICH_TEXT),
        ],
    )
    def test_types_by_the_dictionary(self, column: dict[str, str], kind: FieldType) -> None:
        assert now.to_type(column) is kind

    @given(
        st.fixed_dictionaries(
            {},
            optional={
                "text": st.text(min_size=1),
                "number": st.integers() | st.floats(-1e15, 1e15).filter(lambda it: "e" not in str(it)),
                "flag": st.booleans(),
                "at": moments,
                "watchers": st.lists(st.from_regex(r"[a-f0-9]{4}", fullmatch=True), min_size=1, max_size=3),
                "state": st.sampled_from(["1", "-5", "custom"]),
            },
        )
    )
    def test_there_and_back(self, values: dict[str, Any]) -> None:
        wire = json.loads(json.dumps(now.to_row(values, TYPES)))
        assert all(isinstance(it, str) for it in wire.values())
        back = now.to_record(row(**wire), "incident", TYPES).values
        assert {name: back[name] for name in values} == values

    @given(st.text())
    def test_any_text_is_a_value(self, text: str) -> None:
        for kind in FieldType:
            json.dumps(now.to_value(text, kind))
