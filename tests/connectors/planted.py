"""Bugs on purpose, in connectors and in the gateway, each as somebody might write it; the contract has to notice every one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from connectors.azure_devops.subject import AzureDevOps
from connectors.servicenow.subject import ServiceNow
from syncline_common.connectors.azure_devops.queries import PAGE, everything, number
from syncline_common.connectors.azure_devops.reader import AzureDevOpsReader
from syncline_common.connectors.azure_devops.writer import AzureDevOpsWriter
from syncline_common.connectors.servicenow.reader import ServiceNowReader
from syncline_common.connectors.servicenow.ties import Ties
from syncline_common.connectors.servicenow.writer import ServiceNowWriter
from syncline_common.connectors.times import vendor_now
from syncline_common.errors import (
    ContractBroken,
    RecordRejected,
    RemoteError,
    Retryable,
    Unavailable,
    UnknownOutcome,
)
from syncline_common.schemas.connector import NewRecord, Update
from syncline_common.schemas.records import ChangePage, Comment, Feed, Record, RecordRef, Tie, TieKind
from syncline_common.sdk.gateway import Gateway
from syncline_common.sdk.ports import Attachment, Out, WholeReader, WholeWriter
from syncline_common.testing.contract.failing import FailingContract
from syncline_common.testing.contract.reading import ReadingContract
from syncline_common.testing.contract.secrecy import SecrecyContract, no_error_tells
from syncline_common.testing.contract.tying import TyingContract
from syncline_common.testing.contract.writing import WritingContract

Subject = AzureDevOps | ServiceNow
Check = Callable[[Subject], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Planted:
    """A subject with the bug in it, and what of the contract sees it."""

    subject: type[Subject]
    check: Check


class RepeatsPosts(Gateway):
    """Whatever failed is sent again, whatever it was."""

    async def send(self, method: str, path: str, **asked: Any) -> Any:
        try:
            return await super().send(method, path, **asked)
        except UnknownOutcome:
            return await super().send(method, path, **asked)


class TakesAPageForAnAnswer(Gateway):
    """What has status 200 has worked."""

    async def send(self, method: str, path: str, **asked: Any) -> Any:
        try:
            return await super().send(method, path, **asked)
        except (ContractBroken, UnknownOutcome) as error:
            if "JSON" in error.message:
                return Nothing()
            raise


class Nothing:
    status = 200
    headers: Mapping[str, str] = MappingProxyType({"date": "Tue, 31 Mar 2026 18:40:00 GMT"})

    def json(self) -> Any:
        return {"value": [], "workItems": [], "result": [], "comments": []}


class ForgetsToWait(Gateway):
    """A vendor that asks to slow down counts as one that is away."""

    async def send(self, method: str, path: str, **asked: Any) -> Any:
        try:
            return await super().send(method, path, **asked)
        except Retryable as error:
            raise Unavailable(error.message, detail=error.detail) from None


class TellsTheSecret(Gateway):
    """The header, where it helps to see what was wrong."""

    async def send(self, method: str, path: str, **asked: Any) -> Any:
        try:
            return await super().send(method, path, **asked)
        except RemoteError as error:
            error.detail += f" with {await self._attempts.auth.headers()}"
            raise


class SendsTheCredentialEverywhere(Gateway):
    def _is_ours(self, url: Any) -> bool:
        return True


class GoesRoundForEver(AzureDevOpsReader):
    """The next page is the one that its answer says, whatever was asked."""

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        ids, reply = await self.boards.ask(everything(stream, number(token)), top=PAGE)
        following = str(max(ids)) if len(ids) >= PAGE else None
        return ChangePage(await self._versions(stream, ids), following, vendor_now(reply))


class ReadsAfter(AzureDevOpsReader):
    """`>` for `>=`: what shares the moment of the last one is lost."""

    async def changes(self, stream: str, feed: Feed, since: datetime | None, token: str | None) -> ChangePage:
        page = await super().changes(stream, feed, since, token)
        second, _, after = (page.next or "").partition("|")
        if page.next is None or after:
            return page
        later = datetime.fromisoformat(second) + timedelta(seconds=1)
        return replace(page, next=f"{later.isoformat()}|")


class MovesPastAFailedPage(ServiceNowReader):
    """A page that can't be read is passed over."""

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        try:
            return await super().inventory(stream, token)
        except ContractBroken:
            return ChangePage([], None, datetime.fromisoformat("2026-01-01T00:00:00+00:00"))


class StopsAtAShortPage(ServiceNowReader):
    """So many as fit a page, or it was the last one; and a full one is the last one if it is the third."""

    async def inventory(self, stream: str, token: str | None) -> ChangePage:
        page = await super().inventory(stream, token)
        return replace(page, next=None) if token is not None else page


class IgnoresWhatIsLate(AzureDevOpsReader):
    """It says of itself that nothing comes late."""

    def traits(self, stream: str) -> Any:
        return replace(super().traits(stream), lag=timedelta(0), settle=timedelta(seconds=1))


class FindsAnyMarker(ServiceNowReader):
    """Who bears a marker bears this one; the newest first."""

    async def find(self, stream: str, marker: str) -> Sequence[Record]:
        return list(reversed(await super().find(stream, marker)))


class UpdatesUnseen(ServiceNowWriter):
    """The last one wins."""

    async def _versions(self, stream: str, ids: Sequence[str]) -> dict[str, str]:
        return {it: self._wanted[it] for it in ids}

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        self._wanted = {it.seen.ref.id: it.seen.version for it in updates}
        return await super().update(updates)


class VouchesForOthers(ServiceNowWriter):
    """What came back is what we wrote, whoever came between."""

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        answers = await super().update(updates)
        now = await self._versions(updates[0].seen.ref.stream, [it.seen.ref.id for it in updates])
        return [replace(it, version=now[it.ref.id]) if isinstance(it, Record) else it for it in answers]


class AnswersForTheRest(AzureDevOpsWriter):
    """Of a batch, those that failed are left out."""

    async def update(self, updates: Sequence[Update]) -> Sequence[Record | RemoteError]:
        return [it for it in await super().update(updates) if isinstance(it, Record)]


class CommentsAgain(ServiceNowWriter):
    """A comment that is not seen at once is an outage, and so may be made again."""

    async def comment(self, ref: RecordRef, body: str, *, public: bool, marker: str) -> Comment:
        try:
            return await super().comment(ref, body, public=public, marker=marker)
        except UnknownOutcome as error:
            raise Unavailable(error.message) from None


class TiesUnseen(ServiceNowWriter):
    """ServiceNow takes it, so it is right."""

    async def link(self, seen: Record, tie: Tie) -> Record:
        if tie.kind is TieKind.RELATED:
            await Ties(self._surveyor).relate(seen, tie)
            return seen
        [now] = await self.update([Update(seen, {"parent_incident": tie.to.id})])
        return now if isinstance(now, Record) else seen


class TakesTheRefusalForMade(AzureDevOpsWriter):
    """Who refuses a link has it already."""

    async def link(self, seen: Record, tie: Tie) -> Record:
        try:
            return await super().link(seen, tie)
        except RecordRejected:
            return seen


class CreatesWithoutAMarker(AzureDevOpsWriter):
    async def create(self, new: Sequence[NewRecord]) -> Sequence[Record | RemoteError]:
        bare = [replace(it, marker="") for it in new]
        return await super().create(bare)


class TakesHalfAFile(AzureDevOpsReader):
    """Whatever comes is the file."""

    def download(self, file: Attachment) -> Any:
        return super().download(replace(file, size=None))


def planted(subject: type[Subject], **parts: Any) -> type[Subject]:
    """`reader` or `writer` made otherwise, or another `gateway`."""

    def reader(self: Any, out: Out) -> WholeReader:
        made: WholeReader = parts["reader"](out)
        return made

    def writer(self: Any, out: Out) -> WholeWriter:
        made: WholeWriter = parts["writer"](out)
        return made

    own: dict[str, Any] = {"reader": reader, "writer": writer, "gateway": parts.get("gateway")}
    return type("Planted", (subject,), {name: own[name] for name in parts})


def failing(name: str) -> Check:
    return lambda subject: FailingContract().test_each_fault_at_each_request(subject, name)


def reading(name: str, *more: Any) -> Check:
    return lambda subject: getattr(ReadingContract(), name)(subject, *more)


def writing(name: str, *more: Any) -> Check:
    return lambda subject: getattr(WritingContract(), name)(subject, *more)


def tying(name: str, *more: Any) -> Check:
    return lambda subject: getattr(TyingContract(), name)(subject, *more)


def elsewhere(subject: Subject) -> Awaitable[None]:
    return SecrecyContract().test_no_other_host_gets_it(subject)


def secrecy(subject: Subject) -> Awaitable[None]:
    return no_error_tells(subject, "fetch")


BUGS: Mapping[str, Planted] = {
    "a POST is repeated on 500": Planted(planted(AzureDevOps, gateway=RepeatsPosts), failing("create")),
    "a page with 200 is an answer": Planted(
        planted(AzureDevOps, gateway=TakesAPageForAnAnswer), failing("changes")
    ),
    "Retry-After is ignored": Planted(planted(ServiceNow, gateway=ForgetsToWait), failing("fetch")),
    "an error tells the secret": Planted(planted(ServiceNow, gateway=TellsTheSecret), secrecy),
    "the credential goes everywhere": Planted(
        planted(AzureDevOps, gateway=SendsTheCredentialEverywhere), elsewhere
    ),
    "a page that comes again is read for ever": Planted(
        planted(AzureDevOps, reader=GoesRoundForEver),
        reading("test_a_page_that_comes_again_is_no_page", "inventory"),
    ),
    "`>` for `>=`": Planted(
        planted(AzureDevOps, reader=ReadsAfter), reading("test_a_second_with_more_than_a_page")
    ),
    "the cursor passes a failed page": Planted(
        planted(ServiceNow, reader=MovesPastAFailedPage),
        reading("test_a_page_that_failed_moves_nothing", "inventory"),
    ),
    "the list ends too early": Planted(
        planted(ServiceNow, reader=StopsAtAShortPage), reading("test_everything_once_while_it_changes")
    ),
    "what comes late is not waited for": Planted(
        planted(AzureDevOps, reader=IgnoresWhatIsLate), reading("test_what_the_vendor_finds_late_is_found")
    ),
    "a copy is taken for ours": Planted(
        planted(ServiceNow, reader=FindsAnyMarker), writing("test_a_copy_made_by_a_person_does_not_count")
    ),
    "a create leaves no marker": Planted(
        planted(AzureDevOps, writer=CreatesWithoutAMarker),
        writing("test_one_marker_one_record", "hang_after"),
    ),
    "a stale update is sent": Planted(
        planted(ServiceNow, writer=UpdatesUnseen), writing("test_a_stale_update_is_refused")
    ),
    "an edit in between is vouched for": Planted(
        planted(ServiceNow, writer=VouchesForOthers),
        writing("test_an_edit_at_the_same_time_is_refused_or_noticed"),
    ),
    "half a batch is told as all of it": Planted(
        planted(AzureDevOps, writer=AnswersForTheRest), writing("test_each_has_an_answer_of_its_own")
    ),
    "a comment is made again": Planted(planted(ServiceNow, writer=CommentsAgain), failing("comment")),
    "two tasks are related twice": Planted(
        planted(ServiceNow, writer=TiesUnseen), tying("test_a_tie_is_made_once", TieKind.RELATED)
    ),
    "another parent is replaced": Planted(
        planted(ServiceNow, writer=TiesUnseen), tying("test_no_other_one_is_replaced", TieKind.PARENT)
    ),
    "a refused tie counts as made": Planted(
        planted(AzureDevOps, writer=TakesTheRefusalForMade),
        tying("test_one_that_can_not_be_is_refused", TieKind.PARENT),
    ),
    "half a file is a file": Planted(planted(AzureDevOps, reader=TakesHalfAFile), failing("download")),
}
