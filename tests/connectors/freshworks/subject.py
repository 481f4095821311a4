"""What is the same of both help desks on their way through the contract."""

from collections.abc import Collection
from typing import Any, TypeVar

from connectors.freshworks.strings import HelpDesked
from connectors.joined import SECRET, Joined
from syncline_common.sdk.auth import Auth, basic_key
from syncline_common.testing.contract.subject import Heard, Sort

A = TypeVar("A", bound=HelpDesked[Any])
SORTS = {
    "ticket.create": Sort.PLAIN,
    "ticket.update": Sort.PLAIN,
    "ticket.attach": Sort.PLAIN,
    "ticket.delete": Sort.DELETE,
    "note.create": Sort.PLAIN,
    "attachment.file": Sort.FILE,
}


class Helped(Joined[A]):
    """What a person changes in `edit` is another field than `change`: of two who write the same one at the same
    moment, these vendors let nobody see the first."""

    stream, person = "tickets", "desk"
    changes_by: Collection[str] = ("PUT",)

    def auth(self) -> Auth:
        return basic_key(SECRET)

    def sort_of(self, heard: Heard) -> Sort:
        return SORTS.get(heard.operation, Sort.READ)
