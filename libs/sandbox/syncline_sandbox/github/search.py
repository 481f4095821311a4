"""The search: words and phrases, by qualifiers; behind what was written, and no more than a thousand of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from re import compile as pattern

from syncline_sandbox.calls import Answer, Call, Operation, Refused, as_json
from syncline_sandbox.github.accounts import Account
from syncline_sandbox.github.paging import page_of, size_of
from syncline_sandbox.github.refusals import problem
from syncline_sandbox.github.work import ISSUES, PULLS, ROOT, Work
from syncline_sandbox.store import Stored, Version

MOST_FOUND, LONGEST = 1000, 256
PIECE = re.compile(r'(-?)(?:([a-z]+):)?(?:"((?:[^"\\]|\\.)*)"|(\S+))')
QUALIFIERS = ("in", "is", "type", "user", "org", "repo", "state", "label", "author", "assignee")
HIDDEN = "The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them."


@dataclass(slots=True)
class Question:
    words: list[list[str]] = field(default_factory=list)  # phrases, each of words in a row
    told: dict[str, list[str]] = field(default_factory=dict)

    def of(self, name: str) -> list[str]:
        return [it.lower() for it in self.told.get(name, [])]


class Search:
    def __init__(self, work: Work) -> None:
        self._work = work
        self.incomplete = False

    def operations(self) -> list[Operation]:
        return [Operation("search.issues", "GET", pattern(rf"{ROOT}/search/issues"), self.serve)]

    def serve(self, call: Call, caller: str) -> Answer:
        asked = call.get("q")
        if not asked.strip():
            raise _invalid("missing", "None of the search qualifiers apply to this search type.")
        question = _parsed(asked)
        if sum(len(it) + 1 for phrase in question.words for it in phrase) > LONGEST:
            raise _invalid("invalid", f"The search is longer than {LONGEST} characters.")
        kinds = {*question.of("is"), *question.of("type")} & {"issue", "pull-request", "pr"}
        if not kinds:
            raise _invalid("invalid", "Query must include 'is:issue' or 'is:pull-request'")
        places = self._places(question, self._work.account(caller))
        streams = frozenset((ISSUES,) if "issue" in kinds else (PULLS,))
        found = [it for it in self._work.store.searched(streams) if self._holds(question, it, places)]
        by_update = call.get("sort") == "updated"
        found.sort(
            key=lambda it: (it[1].at if by_update else it[0].first.at, it[0].first.sequence),
            reverse=call.get("order", "desc") != "asc",
        )
        size, first = size_of(call), (page_of(call) - 1) * size_of(call)
        if first >= MOST_FOUND:
            raise _invalid("invalid", "Only the first 1000 search results are available")
        items = [{**self._work.document(*it), "score": 1.0} for it in found[first : first + size]]
        body = {"total_count": len(found), "incomplete_results": self.incomplete, "items": items}
        return as_json(body)

    def _places(self, question: Question, account: Account) -> set[int]:
        mine = [it for it in self._work.repositories if it.lets(account, "pull")]
        owners, names = {*question.of("user"), *question.of("org")}, question.of("repo")
        if not owners and not names:
            return {it.id for it in mine}
        found = {it.id for it in mine if it.owner.lower() in owners or it.full_name.lower() in names}
        if not found:
            raise _invalid("invalid", HIDDEN)
        return found

    def _holds(self, question: Question, seen: tuple[Stored, Version], places: set[int]) -> bool:
        stored, version = seen
        values, repository = version.values, self._work.of(stored)
        states = {*question.of("state"), *question.of("is")} & {"open", "closed"}
        labels = [it.lower() for it in values["labels"]]
        return (
            repository.id in places
            and repository.has_issues
            and all(it == values["state"] for it in states)
            and all(it in labels for it in question.of("label"))
            and all(it == stored.first.by.lower() for it in question.of("author"))
            and all(it in [who.lower() for who in values["assignees"]] for it in question.of("assignee"))
            and self._says(question, stored, version)
        )

    def _says(self, question: Question, stored: Stored, version: Version) -> bool:
        places = [part for it in question.of("in") for part in it.split(",")] or ["title", "body", "comments"]
        texts = [str(version.values[it] or "") for it in ("title", "body") if it in places]
        if "comments" in places:
            texts += [it.body for it in self._work.notes.values() if it.issue == stored.id]
        said = [_words(it) for it in texts]
        return all(any(_has(it, phrase) for it in said) for phrase in question.words)


def _parsed(asked: str) -> Question:
    question = Question()
    for minus, name, phrase, bare in PIECE.findall(asked):
        text = phrase or bare
        if name in QUALIFIERS and not minus:
            question.told.setdefault(name, []).append(text)
        elif words := _words(f"{name} {text}"):
            question.words.append(words)
    return question


def _words(text: str) -> list[str]:
    """What is no letter and no digit parts words, and is else passed over."""
    return re.findall(r"\w+", text.lower())


def _has(text: Sequence[str], phrase: Sequence[str]) -> bool:
    size = len(phrase)
    return any(text[at : at + size] == phrase for at in range(len(text) - size + 1))


def _invalid(code: str, message: str) -> Refused:
    error = {"resource": "Search", "field": "q", "code": code, "message": message}
    return Refused(problem(422, "Validation Failed", [error]))
