"""What is sent to IT Glue, and what is made of its answers: by the examples of its documentation."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.itglue.answers import (
    CONFIGURATIONS,
    CONTACTS,
    MARKER,
    ORGANIZATIONS,
    configuration,
    contact,
    glue,
    one,
    organization,
    page,
    seen,
    sent,
)
from syncline_common.connectors.itglue.notices import ItGlueHooks, hints
from syncline_common.connectors.itglue.writer import ItGlueWriter
from syncline_common.errors import (
    CredentialRejected,
    PermissionMissing,
    RecordChanged,
    RecordRejected,
    Unauthenticated,
    UnknownOutcome,
)
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind
from syncline_common.schemas.values import Values
from syncline_common.sdk.ports import File

FIND = f"GET {ORGANIZATIONS}"
ONE = f"{CONFIGURATIONS}/5"


def new(**values: object) -> NewRecord:
    given: Values = {"name": "PC-1", "configuration_type_id": "11", **values}
    return NewRecord("configurations", given, MARKER, "Contoso")


class TestCreating:
    async def test_a_configuration_belongs_to_an_organization_and_bears_our_marker(self) -> None:
        out = glue({FIND: page(organization()), f"POST {CONFIGURATIONS}": one(configuration())})
        [made] = await ItGlueWriter(out).create([new(notes="In the cellar", archived=False)])
        assert isinstance(made, Record) and (made.marker, made.project) == (MARKER, "Contoso")
        assert out.asked[0].params["filter[name]"] == "Contoso"
        assert sent(out.asked[1]) == {
            "data": {
                "type": "configurations",
                "attributes": {
                    "name": "PC-1",
                    "configuration_type_id": 11,
                    "organization_id": 7,
                    "archived": False,
                    "notes": f"In the cellar\nSyncline: {MARKER}",
                },
            }
        }
        assert out.asked[1].headers == {"Content-Type": "application/vnd.api+json"}
        assert not out.asked[1].repeatable

    async def test_an_organization_bears_it_in_its_description(self) -> None:
        row = organization(description=f"Syncline: {MARKER}")
        out = glue({f"POST {ORGANIZATIONS}": one(row)})
        [made] = await ItGlueWriter(out).create([NewRecord("organizations", {"name": "Contoso"}, MARKER)])
        assert isinstance(made, Record) and (made.marker, made.values["description"]) == (MARKER, None)
        told = sent(out.asked[0])["data"]["attributes"]
        assert told == {"name": "Contoso", "description": f"Syncline: {MARKER}"}

    async def test_a_contact_is_given_its_address(self) -> None:
        out = glue(
            {FIND: page(organization()), f"POST {CONTACTS}": one(contact(notes=f"Syncline: {MARKER}"))}
        )
        values: Values = {"first_name": "Reception", "email": "reception@contoso.example"}
        await ItGlueWriter(out).create([NewRecord("contacts", values, MARKER, "Contoso")])
        told = sent(out.asked[1])["data"]["attributes"]["contact_emails"]
        assert told == [{"primary": True, "value": "reception@contoso.example", "label_name": "Work"}]

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (
                NewRecord("configurations", {"name": "PC", "configuration_type_id": "11"}, MARKER),
                "organization",
            ),
            (NewRecord("configurations", {"name": "PC"}, MARKER, "Contoso"), "Type"),
            (new(colour="blue"), "no field colour"),
            (new(resource_url="https://x"), "no field resource_url"),
            (new(manufacturer_id="Lenovo"), "number"),
        ],
    )
    async def test_what_would_be_refused_or_passed_over_is_not_sent(
        self, wrong: NewRecord, words: str
    ) -> None:
        out = glue({FIND: page(organization())})
        with pytest.raises(RecordRejected, match=words):
            [told] = await ItGlueWriter(out).create([wrong])
            assert isinstance(told, RecordRejected)
            raise told
        assert [it for it in out.lines if it != FIND] == []

    @pytest.mark.parametrize("rows", [[], [organization(7), organization(8)]])
    async def test_an_organization_that_is_not_one_is_none(self, rows: list[Any]) -> None:
        out = glue({FIND: page(*rows)})
        [told] = await ItGlueWriter(out).create([new()])
        assert isinstance(told, RecordRejected) and out.lines == [FIND]

    async def test_an_answer_that_makes_no_sense_leaves_it_open(self) -> None:
        out = glue({FIND: page(organization()), f"POST {CONFIGURATIONS}": {"data": None}})
        [told] = await ItGlueWriter(out).create([new()])
        assert isinstance(told, UnknownOutcome)

    async def test_what_is_forbidden_is_so_because_of_the_key(self) -> None:
        out = glue({FIND: page(organization()), f"POST {CONFIGURATIONS}": PermissionMissing("403")})
        with pytest.raises(CredentialRejected):
            await ItGlueWriter(out).create([new()])


class TestUpdating:
    async def test_it_is_looked_at_and_only_what_differs_is_sent(self) -> None:
        row = configuration(notes=f"Upstairs\nSyncline: {MARKER}")
        out = glue({f"GET {ONE}": one(configuration()), f"PATCH {ONE}": one(row)})
        [made] = await ItGlueWriter(out).update([Update(seen(), {"notes": "Upstairs", "asset_tag": None})])
        assert isinstance(made, Record) and made.values["notes"] == "Upstairs"
        told = sent(out.asked[1])["data"]
        assert told == {
            "type": "configurations",
            "attributes": {"notes": f"Upstairs\nSyncline: {MARKER}", "asset_tag": None},
        }
        assert made.version != seen(row).version, "the next scan looks at it once more"

    async def test_a_stale_one_is_not_sent(self) -> None:
        out = glue({f"GET {ONE}": one(configuration(name="PC-9"))})
        [told] = await ItGlueWriter(out).update([Update(seen(), {"name": "PC-2"})])
        assert isinstance(told, RecordChanged) and out.lines == [f"GET {ONE}"]

    async def test_what_another_system_keeps_takes_few_changes(self) -> None:
        row = configuration(psa_integration="enabled")
        out = glue({f"GET {ONE}": one(row)})
        [told] = await ItGlueWriter(out).update([Update(seen(row), {"name": "PC-2", "notes": "x"})])
        assert isinstance(told, RecordRejected) and "name" in told.message
        assert out.lines == [f"GET {ONE}"]

    async def test_what_was_dropped_without_a_word_is_told(self) -> None:
        out = glue({f"GET {ONE}": one(configuration()), f"PATCH {ONE}": one(configuration())})
        [told] = await ItGlueWriter(out).update([Update(seen(), {"hostname": "pc-2"})])
        assert isinstance(told, RecordRejected) and "hostname" in told.message

    async def test_nothing_is_moved_to_another_organization(self) -> None:
        out = glue({f"GET {ONE}": one(configuration()), f"PATCH {ONE}": one(configuration(name="x"))})
        [told] = await ItGlueWriter(out).update([Update(seen(), {"organization_id": "8"})])
        assert isinstance(told, RecordRejected)
        [made] = await ItGlueWriter(out).update([Update(seen(), {"organization_id": "7", "name": "x"})])
        assert isinstance(made, Record)
        assert sent(out.asked[-1])["data"]["attributes"] == {"name": "x"}

    async def test_the_address_of_a_contact_is_not_replaced(self) -> None:
        out = glue({f"GET {CONTACTS}/9": one(contact())})
        [told] = await ItGlueWriter(out).update([Update(seen(contact()), {"email": "x@contoso.example"})])
        assert isinstance(told, RecordRejected)


class TestEnds:
    async def test_a_configuration_is_archived(self) -> None:
        out = glue({f"GET {ONE}": one(configuration()), f"PATCH {ONE}": one(configuration(archived=True))})
        made = await ItGlueWriter(out).close(seen())
        assert made.values["archived"] is True
        assert sent(out.asked[1])["data"]["attributes"] == {"archived": True}

    async def test_nothing_else_is_and_nothing_is_deleted(self) -> None:
        out = glue({})
        with pytest.raises(RecordRejected):
            await ItGlueWriter(out).close(seen(organization()))
        with pytest.raises(RecordRejected):
            await ItGlueWriter(out).delete(seen())
        assert out.asked == []


class TestTheRest:
    async def test_a_file_is_encoded_in_one_document(self) -> None:
        content = bytes(range(256)) * 1000
        told = {"attachment-file-name": 'a "b".txt', "download-url": "https://api.itglue.com/x"}
        path = f"POST {ONE}/relationships/attachments"
        out = glue({path: one({"id": "4", "type": "attachments", "attributes": told})})

        async def parts() -> AsyncIterator[bytes]:
            for at in range(0, len(content), 999):
                yield content[at : at + 999]

        await ItGlueWriter(out).attach(seen(), File('a "b".txt', len(content), parts))
        document = sent(out.asked[0])["data"]
        assert document["type"] == "attachments"
        file = document["attributes"]["attachment"]
        assert base64.b64decode(file["content"], validate=True) == content
        assert file["file_name"] == 'a "b".txt'
        assert out.asked[0].headers["Content-Length"] == str(len(out.asked[0].content or b""))

    async def test_there_are_no_comments_and_no_ties(self) -> None:
        out, ref = glue({}), RecordRef("configurations", "6")
        with pytest.raises(RecordRejected):
            await ItGlueWriter(out).comment(ref, "Hello", public=True, marker=MARKER)
        with pytest.raises(RecordRejected):
            await ItGlueWriter(out).link(seen(), Tie(TieKind.RELATED, ref))
        assert out.asked == []

    async def test_there_are_no_webhooks(self) -> None:
        out = glue({})
        told = await ItGlueHooks(out).subscribe("https://syncline.example/h", "secret", ["configurations"])
        assert told.left_out and not told.by_hand and out.asked == []
        with pytest.raises(Unauthenticated):
            hints({}, b"{}", "secret")
