"""Jira Cloud against its simulated site: what takes more than one request, as the contract does not ask for it."""

from collections.abc import AsyncIterator

import pytest

from connectors.jira.subject import Jira, Sited
from connectors.loopback import Loopback, loopback
from syncline_common import errors
from syncline_common.connectors.jira.queries import Place
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind
from syncline_common.schemas.values import Values

MARKERS = ("sl-aaaaaaaaaaaaaaaaaaa2", "sl-aaaaaaaaaaaaaaaaaaa3")


@pytest.fixture
async def place() -> AsyncIterator[Loopback]:
    async with loopback() as it:
        yield it


@pytest.fixture
def subject(place: Loopback) -> Jira:
    return Jira(place)


@pytest.fixture
def system(subject: Jira) -> Sited:
    return subject.system()


async def made(subject: Jira, stream: str, project: str = "WEB", **values: object) -> Record:
    new = NewRecord(stream, {"summary": "x", **values}, MARKERS[0], project)
    [answer] = await subject.ports().writer.create([new])
    assert isinstance(answer, Record), answer
    return answer


async def changed(subject: Jira, seen: Record, values: Values) -> Record | errors.RemoteError:
    [answer] = await subject.ports().writer.update([Update(seen, values)])
    return answer


async def test_an_epic_is_a_bugs_parent(subject: Jira, system: Sited) -> None:
    epic, bug = await made(subject, "Epic"), await made(subject, "Bug")
    tie = Tie(TieKind.PARENT, epic.ref)
    tied = await subject.ports().writer.link(bug, tie)
    assert tied.values["parent"] == "WEB-1"
    assert list(await subject.ports().reader.ties(bug.ref)) == [tie]
    assert await subject.ports().writer.link(bug, tie) == bug, "it is there already"
    other = await made(subject, "Epic")
    with pytest.raises(errors.RecordRejected, match="another parent"):
        await subject.ports().writer.link(tied, Tie(TieKind.PARENT, other.ref))


async def test_what_is_no_parent_is_refused_by_the_vendor(subject: Jira, system: Sited) -> None:
    bug, task = await made(subject, "Bug"), await made(subject, "Task")
    with pytest.raises(errors.RecordRejected, match="hierarchy"):
        await subject.ports().writer.link(bug, Tie(TieKind.PARENT, task.ref))


async def test_a_status_and_a_field_are_changed_together(subject: Jira, system: Sited) -> None:
    bug = await made(subject, "Bug")
    system.move(1)
    written = await changed(subject, bug, {"summary": "y", "status": "In Progress"})
    assert isinstance(written, Record) and written.version == system.versions()[bug.ref.id]
    assert (written.values["summary"], written.values["status"]) == ("y", "In Progress")


async def test_a_status_is_given_to_a_new_issue(subject: Jira, system: Sited) -> None:
    assert (await made(subject, "Bug", status="Done")).values["status"] == "Done"
    assert (await made(subject, "Bug", "OPS", status="Resolved")).values["status"] == "Open", (
        "it is two steps away"
    )


async def test_a_workflow_that_goes_step_by_step(subject: Jira, system: Sited) -> None:
    bug = await made(subject, "Bug", "OPS")
    with pytest.raises(errors.RecordRejected, match="counts as done"):
        await subject.ports().writer.close(bug)
    system.move(1)
    waiting = await changed(subject, bug, {"status": "Waiting"})
    assert isinstance(waiting, Record)
    system.move(1)
    closed = await subject.ports().writer.close(waiting)
    assert (closed.values["status"], closed.values["resolution"]) == ("Resolved", "Done")
    assert await subject.ports().writer.close(closed) is closed


async def test_what_a_project_demands_is_told(subject: Jira, system: Sited) -> None:
    new = NewRecord("Task", {"summary": "x"}, MARKERS[0], "OPS")
    [refused] = await subject.ports().writer.create([new])
    assert isinstance(refused, errors.RecordRejected) and "Due date is required" in refused.message
    facts = {it.name: it for it in await subject.ports().reader.fields("Task", "OPS")}
    assert facts["duedate"].required_on_create and not facts["priority"].required_on_create
    assert facts["status"].choices == ("Open", "Waiting", "Resolved")


async def test_of_many_one_that_is_refused_stops_no_other(subject: Jira, system: Sited) -> None:
    records = [
        NewRecord("Bug", {"summary": it}, MARKERS[at], "WEB") for at, it in enumerate(("x", "y" * 300))
    ]
    [one, other] = await subject.ports().writer.create(records)
    assert isinstance(one, Record) and isinstance(other, errors.RecordRejected)
    assert "255" in other.message


async def test_an_internal_comment_at_a_service_desk(subject: Jira, system: Sited) -> None:
    incident, bug = await made(subject, "Incident", "HELP"), await made(subject, "Bug")
    comment = await subject.ports().writer.comment(incident.ref, "x", public=False, marker=MARKERS[1])
    assert not comment.public and list(await subject.ports().reader.comments(incident.ref)) == [comment]
    with pytest.raises(errors.RecordRejected):
        await subject.ports().writer.comment(bug.ref, "x", public=False, marker=MARKERS[1])
    assert not await subject.ports().reader.comments(bug.ref)


async def test_what_has_sub_tasks_is_not_deleted(subject: Jira, system: Sited) -> None:
    task = await made(subject, "Task")
    await made(subject, "Sub-task", parent=system.vendor.board.issue(task.ref.id, system.us).values["key"])
    with pytest.raises(errors.RecordRejected, match="subtasks"):
        await subject.ports().writer.delete(task)


async def test_a_file_lies_where_the_vendor_sends_us(subject: Jira, system: Sited) -> None:
    """Should it not heed that it is asked to answer itself."""
    scene = system.furnish()
    [file] = await subject.ports().reader.attachments(RecordRef("Bug", scene.discussed))
    system.vendor.files.always_redirects = True
    assert b"".join([it async for it in subject.ports().reader.download(file)]) == scene.content


async def test_a_token_of_another_question_is_replaced(subject: Jira, system: Sited) -> None:
    """As is one that has expired."""
    system.fill(150, per_second=40)
    reader = subject.ports().reader
    first = await reader.inventory("Bug", None)
    assert first.next is not None
    place = Place.at("created", None, first.next)
    system.vendor.search.forgets = True
    rest = await reader.inventory("Bug", place.token)
    assert {it.ref.id for it in (*first.changed, *rest.changed)} >= {str(10_100 + it) for it in range(100)}
    assert rest.next is not None


async def test_a_type_that_nobody_has_is_a_persons_to_mend(subject: Jira, system: Sited) -> None:
    with pytest.raises(errors.PermissionMissing, match="Dragon"):
        await subject.ports().reader.inventory("Dragon", None)
