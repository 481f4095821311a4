"""Looking up and checking a candidate: the registry is asked first, then what it said is noted, if it still applies."""

from collections.abc import Mapping
from uuid import UUID

from syncline_common.clock import Clock
from syncline_console.client.line import Refused
from syncline_console.client.registry import Registry
from syncline_console.client.views import Check, Lookup, Problem, VendorPage
from syncline_console.wizard.book import Book, Entry
from syncline_console.wizard.candidate import fields_of, split
from syncline_console.wizard.wizard import Wizard

BY_CODE = "oauth_code"  # the scheme of which a page of the vendor's is a part
NOT_LET_IN = "The system has not let you in, or you have refused"
OWN_CODES = (400, 409, 413, 422, 429)  # a refusal that is about what was typed
WAIT = Problem(
    code="rate_limited", message="Too many checks in a short time", fix="Wait a minute, then check again"
)


class Asking:
    def __init__(self, registry: Registry, book: Book, clock: Clock) -> None:
        self._registry, self._book, self._clock = registry, book, clock

    async def look_up(
        self, entry: Entry, part: str, typed: str, chosen: str | None, *, anew: bool = True
    ) -> Entry:
        """Not `anew`: an address that was not edited keeps its answer. One whose credential is proven does anyway."""
        before = entry.wizard.candidate(part)
        answered = before.proof is not None or (before.lookup is not None and not anew)
        if answered and before.is_named(typed) and before.chosen == chosen:
            return entry
        if not typed.strip():
            return await self._book.change(entry.id, lambda it: it.candidate(part).look("", None))
        try:
            answer: Lookup | str = await self._registry.lookup(entry.network_id, typed.strip(), chosen)
        except Refused as refused:
            if refused.status not in OWN_CODES:
                raise
            answer = _said(refused)

        def note(wizard: Wizard) -> None:
            candidate = wizard.candidate(part)
            candidate.look(typed, chosen)
            candidate.refuse(answer) if isinstance(answer, str) else candidate.found(answer)

        return await self._book.change(entry.id, note)

    async def check(self, entry: Entry, part: str, scheme: str, sent: Mapping[str, str]) -> Entry:
        candidate = entry.wizard.candidate(part)
        kinds = await self._registry.kinds()
        given, kept = split(fields_of(kinds.get(candidate.kind or ""), scheme), sent)
        checked = await self._checked(entry.network_id, candidate.url, candidate.chosen, scheme, given)

        def note(wizard: Wizard) -> None:
            now = wizard.candidate(part)
            if now.url == candidate.url:  # else another tab has changed the address meanwhile
                now.scheme, now.given = scheme, kept
                now.checked(checked, self._clock.now())

        return await self._book.change(entry.id, note)

    async def sign_in_there(self, entry: Entry, part: str, sent: Mapping[str, str], return_to: str) -> Entry:
        """By a page of the vendor's; what comes back from there is a ticket."""
        candidate = entry.wizard.candidate(part)
        kinds = await self._registry.kinds()
        given, kept = split(fields_of(kinds.get(candidate.kind or ""), BY_CODE), sent)
        auth, at = {"scheme": BY_CODE, **given}, (entry.network_id, candidate.url, candidate.chosen)
        try:
            page: VendorPage | None = await self._registry.start_sign_in(*at, auth, return_to)
            problem = None
        except Refused as refused:
            if refused.status not in OWN_CODES:
                raise
            page, problem = None, _problems(refused)[0]

        def note(wizard: Wizard) -> None:
            now = wizard.candidate(part)
            if now.url == candidate.url:
                now.failed(problem) if problem else now.forget_proof()
                now.scheme, now.given, now.vendor_page = BY_CODE, kept, page

        return await self._book.change(entry.id, note)

    async def came_back(self, entry: Entry, part: str, ticket: str, problem: str) -> Entry:
        """Whoever made up the ticket gains nothing: it is of use only to the one who began."""

        def note(wizard: Wizard) -> None:
            candidate = wizard.candidate(part)
            if candidate.vendor_page is None:
                return
            if ticket:
                candidate.signed_in(ticket, self._clock.now())
            else:
                candidate.failed(Problem(code=problem, message=NOT_LET_IN, fix="Begin again"))

        return await self._book.change(entry.id, note)

    async def _checked(
        self, network_id: UUID, url: str, kind: str | None, scheme: str, given: Mapping[str, str]
    ) -> Check:
        try:
            return await self._registry.check_auth(network_id, url, kind, {"scheme": scheme, **given})
        except Refused as refused:
            if refused.status not in OWN_CODES:
                raise
            return Check(ok=False, problems=_problems(refused))


def _problems(refused: Refused) -> list[Problem]:
    if refused.status == 429:
        return [WAIT]
    told = [Problem(code=refused.code, message=it.message, fix=it.fix) for it in refused.errors]
    return told or [Problem(code=refused.code, message=refused.title)]


def _said(refused: Refused) -> str:
    if refused.status == 429:
        return "Too many addresses in a short time; wait a minute, then look it up again"
    first = refused.errors[0] if refused.errors else None
    if first is None:
        return refused.title
    return f"{first.message}. {first.fix}" if first.fix else first.message
