"""Tickets are asked for as Zendesk's reference says, and read as it says; what does not hold is no answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.standin import StandIn, Told
from connectors.zendesk.answers import (
    AT,
    COMMENTS,
    EXPORT,
    KNOWN,
    LATER,
    LIST,
    MANY,
    MARKER,
    REF,
    SEARCH,
    comment,
    exported,
    listed,
    many,
    ticket,
    utc,
    world,
)
from syncline_common import errors
from syncline_common.connectors.zendesk.reader import ZendeskReader
from syncline_common.connectors.zendesk.records import to_record, version_of
from syncline_common.schemas.records import Feed, RecordRef, Tie, TieKind
from syncline_common.sdk.answers import PageInstead

SINCE = datetime(2026, 3, 31, 10, 0, 30, tzinfo=UTC)


def reader(**answers: Any) -> tuple[ZendeskReader, StandIn]:
    out = world(**answers)
    return ZendeskReader(out), out


async def test_changes_begin_a_minute_before_they_are_wanted() -> None:
    """Zendesk refuses to begin later than that."""
    read, out = reader(export=exported(ticket(at=AT), ticket(2, LATER)))
    page = await read.changes("tickets", Feed.RECORDS, SINCE, None)
    begin = int((SINCE - timedelta(seconds=61)).timestamp())
    assert out.asked[0].params == {"start_time": begin, "per_page": 500}
    assert [it.ref.id for it in page.changed] == ["35436", "2"] and page.next is None
    assert page.changed[0].changed_at == utc(AT) + timedelta(seconds=1), "as it was generated"
    assert [it.changed_at for it in page.records] == [utc(AT), utc(LATER)]
    assert page.vendor_now == datetime(2026, 3, 31, 18, 40, tzinfo=UTC)


async def test_an_export_goes_on_by_the_vendors_cursor_at_our_own_address() -> None:
    answers = [exported(ticket(), cursor="one", end=False), exported(ticket(2, LATER), cursor="two")]
    read, out = reader(export=answers)
    first = await read.changes("tickets", Feed.RECORDS, None, None)
    last = await ZendeskReader(out).changes("tickets", Feed.RECORDS, None, first.next)
    assert last.next is None and [it.ref.id for it in last.changed] == ["2"]
    asked = [it.params for it in out.asked if it.line == EXPORT]
    assert asked == [{"start_time": 1, "per_page": 500}, {"cursor": "one", "per_page": 500}]


@pytest.mark.parametrize(
    "second",
    [
        exported(ticket(), cursor="one", end=False),  # the cursor that was just used
        exported(ticket(2, "2026-03-01T00:00:00Z"), cursor="two"),  # from before
        exported(cursor="", end=False),
        {"tickets": [ticket(2, LATER)]},
        {"count": 0, "end_of_stream": True},
    ],
)
async def test_a_page_that_makes_no_sense_is_no_page(second: Any) -> None:
    read, _ = reader(export=[exported(ticket(), cursor="one", end=False), second])
    first = await read.changes("tickets", Feed.RECORDS, None, None)
    with pytest.raises(errors.ContractBroken):
        await read.changes("tickets", Feed.RECORDS, None, first.next)


async def test_a_deleted_ticket_comes_with_the_changes_and_is_gone() -> None:
    read, _ = reader(export=exported(ticket(status="deleted")), many=many())
    page = await read.changes("tickets", Feed.RECORDS, SINCE, None)
    [gone] = page.changed
    assert gone.ref == REF and page.records == []
    assert await read.fetch("tickets", ["35436"]) == {}


async def test_a_page_for_people_is_an_account_that_is_away() -> None:
    read, _ = reader(many=PageInstead("GET"))
    with pytest.raises(errors.Unavailable):
        await read.fetch("tickets", ["35436"])


async def test_the_inventory_is_by_id_and_by_cursor() -> None:
    pages = [listed("tickets", ticket(1), ticket(2), after="c2"), listed("tickets", ticket(3))]
    read, out = reader(list=pages)
    first = await read.inventory("tickets", None)
    last = await read.inventory("tickets", first.next)
    assert [it.ref.id for it in (*first.changed, *last.changed)] == ["1", "2", "3"] and last.next is None
    assert [it.params for it in out.asked] == [
        {"sort": "id", "page[size]": 100},
        {"sort": "id", "page[size]": 100, "page[after]": "c2"},
    ]


@pytest.mark.parametrize("again", [ticket(2), ticket(1)])
async def test_an_inventory_that_comes_again_is_none(again: dict[str, Any]) -> None:
    pages = [listed("tickets", ticket(1), ticket(2), after="c2"), listed("tickets", again)]
    read, _ = reader(list=pages)
    first = await read.inventory("tickets", None)
    with pytest.raises(errors.ContractBroken):
        await read.inventory("tickets", first.next)


async def test_values_by_the_types_of_the_fields() -> None:
    own = [
        {"id": 27642, "value": ""},
        {"id": 27643, "value": "web_shop"},
        {"id": 27644, "value": True},
        {"id": 27645, "value": "12.50"},
        {"id": 27646, "value": ["web_shop", "app"]},
        {"id": 27647, "value": "2026-04-01"},
        {"id": 99999, "value": "of a field that is switched off"},
    ]
    read, out = reader(many=many(ticket(custom_fields=own, due_at="2026-04-02T00:00:00Z")))
    record = (await read.fetch("tickets", ["35436", "no number"]))["35436"]
    values = {name.removeprefix("custom_field_"): it for name, it in record.values.items()}
    assert (values["27642"], values["27643"], values["27644"]) == (None, "web_shop", True)
    assert (values["27645"], values["27646"]) == (12.5, ["web_shop", "app"])
    assert (values["27647"], values["due_at"]) == ("2026-04-01", "2026-04-02T00:00:00Z")
    assert (values["requester_id"], values["assignee_id"], values["is_public"]) == ("20978392", None, True)
    assert values["tags"] == ["enterprise", "web_shop"] and values["collaborator_ids"] is None
    assert "99999" not in values and "external_id" not in values
    assert (record.project, record.changed_at) == ("Fabrikam", utc(AT))
    assert out.asked[-1].params == {"ids": "35436"}


async def test_at_most_a_hundred_are_fetched_at_once() -> None:
    answers = [many(*(ticket(it) for it in range(1, 101))), many(ticket(101))]
    read, out = reader(many=answers)
    found = await read.fetch("tickets", [str(it) for it in range(1, 102)])
    assert len(found) == 101
    assert [len(it.params["ids"].split(",")) for it in out.asked if it.line == MANY] == [100, 1]


async def test_others_than_were_asked_for_are_no_answer() -> None:
    read, _ = reader(many=many(ticket(7)))
    with pytest.raises(errors.ContractBroken):
        await read.fetch("tickets", ["35436"])


def test_a_version_tells_two_edits_of_one_second_apart() -> None:
    """And not one and the same ticket, as two endpoints show it."""
    one, other = ticket(), ticket(subject="Help!")
    assert version_of(one) != version_of(other)
    shorter = {name: it for name, it in one.items() if it not in (None, [])}
    del shorter["generated_timestamp"]
    empty = [*one["custom_fields"], {"id": 27644, "value": None}, {"id": 27646, "value": []}]
    assert version_of(one) == version_of(shorter) == version_of({**one, "custom_fields": empty})
    assert version_of(one).startswith(f"{AT}~")


async def test_a_marker_is_asked_for_and_compared() -> None:
    bearing = [ticket(3, external_id=MARKER, created_at=LATER), ticket(2, external_id=MARKER)]
    read, out = reader(list=listed("tickets", *bearing, ticket(1, external_id="else")))
    assert [it.ref.id for it in await read.find("tickets", MARKER)] == ["2", "3"]
    assert out.asked[-1].params == {"external_id": MARKER, "page[size]": 100}


async def test_what_is_alike_is_searched_for_and_read_whole() -> None:
    results = {"results": [{"id": 35436, "result_type": "ticket", "subject": "old"}], "count": 1}
    read, out = reader(search=results, many=many(ticket()))
    values = {"subject": 'He said "no" = 1', "custom_field_27642": "Contoso", "tags": ["x"], "due_at": None}
    [found] = await read.alike("tickets", values)
    assert found == to_record(ticket(), KNOWN)
    assert next(it.params for it in out.asked if it.line == SEARCH) == {
        "query": 'type:ticket custom_field_27642:"Contoso" subject:"He said no = 1"',
        "sort_by": "created_at",
        "sort_order": "asc",
    }


async def test_a_long_text_is_searched_for_by_its_beginning() -> None:
    """In whole words: a part of one would find nothing."""
    read, out = reader(search={"results": []})
    assert await read.alike("tickets", {"description": "colorful " * 1000}) == []
    query = next(it.params["query"] for it in out.asked if it.line == SEARCH)
    assert query == f'type:ticket description:"{" ".join(["colorful"] * 22)}"'


async def test_what_can_not_be_searched_for_is_said() -> None:
    read, _ = reader()
    with pytest.raises(errors.RecordRejected):
        await read.alike("tickets", {"due_at": "2026-04-02T00:00:00Z"})


async def test_the_first_comment_is_the_description_and_no_comment() -> None:
    pages = [
        listed("comments", comment(1, "The fire is very colorful."), after="c1"),
        listed("comments", comment(2, "Seen", LATER, public=False)),
    ]
    read, out = reader(comments=pages)
    [found] = await read.comments(REF)
    assert (found.id, found.body, found.public, found.author) == ("2", "Seen", False, "123123")
    assert found.created_at == utc(LATER)
    assert out.asked[0].params == {"page[size]": 100}


async def test_comments_in_another_order_would_hide_one() -> None:
    read, _ = reader(comments=listed("comments", comment(2, "Seen", LATER), comment(1, "Fire", AT)))
    with pytest.raises(errors.ContractBroken):
        await read.comments(REF)


async def test_files_of_all_comments_without_the_images_in_them() -> None:
    def file(id: int, **more: Any) -> dict[str, Any]:
        url = f"https://acme.zendesk.com/attachments/token/{id}/?name=a.txt"
        told = {
            "id": id,
            "file_name": "a.txt",
            "content_url": url,
            "content_type": "text/plain",
            "size": 2532,
        }
        return {**told, **more}

    first, second = (
        comment(1, "Fire", attachments=[file(11)]),
        comment(2, "Seen", LATER, attachments=[file(12), file(13, inline=True), file(14, deleted=True)]),
    )
    read, out = reader(comments=listed("comments", first, second))
    found = await read.attachments(REF)
    assert [(it.id, it.name, it.size) for it in found] == [("11", "a.txt", 2532), ("12", "a.txt", 2532)]
    assert found[0].url.endswith("/attachments/token/11/?name=a.txt") and out.lines == [COMMENTS]


async def test_an_incidents_problem_stands_above_it() -> None:
    read, _ = reader(many=[many(ticket(problem_id=9)), many(ticket(9, type="problem"))])
    assert await read.ties(REF) == [Tie(TieKind.PARENT, RecordRef("tickets", "9"))]


@pytest.mark.parametrize("answer", [Told({"tickets": [{"id": 35436}]}), Told([]), Told({"tickets": None})])
async def test_an_answer_that_is_not_as_described(answer: Told) -> None:
    read, _ = reader(many=answer)
    with pytest.raises(errors.ContractBroken):
        await read.fetch("tickets", ["35436"])


async def test_only_tickets() -> None:
    read, out = reader()
    with pytest.raises(errors.RecordRejected):
        await read.fetch("organizations", ["1"])
    assert out.asked == [] and LIST not in out.lines
