"""Workspaces: whoever names none is told of the primary one alone, whoever asks for all misses fields of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from syncline_common.connectors.freshworks.client import Desk, Wire
from syncline_common.errors import ContractBroken, PermissionMissing, RecordGone, RecordRejected
from syncline_common.sdk.learnt import Learnt

ALL = 0
BETWEEN = "~"  # of a token: the workspace, and where it goes on there


@dataclass(frozen=True, slots=True)
class Workspaces:
    names: Mapping[int, str]  # none: an account that has no such feature

    @property
    def ids(self) -> list[int | None]:
        return [*sorted(self.names)] or [None]

    def name_of(self, ticket: Wire) -> str | None:
        return self.names.get(ticket.get("workspace_id") or ALL)

    def id_of(self, name: str) -> int:
        found = [id for id, it in self.names.items() if name in (it, str(id))]
        if not found:
            raise RecordRejected("There is no such workspace, or it is hidden from us", detail=name[:40])
        return found[0]

    def params(self, id: int | None) -> dict[str, int]:
        return {} if id is None else {"workspace_id": id}

    def within(self, projects: Sequence[str]) -> dict[str, int]:
        """A list can name one of them, or all."""
        if len(projects) == 1 and self.names:
            return {"workspace_id": self.id_of(projects[0])}
        return {"workspace_id": ALL} if self.names else {}

    def place(self, token: str | None) -> tuple[int | None, str | None]:
        """In which of them a walk is, and where there."""
        if token is None:
            return self.ids[0], None
        own, _, rest = token.partition(BETWEEN)
        return (int(own) if own else None), rest or None

    def token(self, own: int | None, rest: str) -> str:
        return f"{'' if own is None else own}{BETWEEN}{rest}"

    def after(self, own: int | None) -> int | None:
        """The next one; None if it was the last."""
        return None if own is None else next((it for it in sorted(self.names) if it > own), None)


async def workspaces(desk: Desk, learnt: Learnt) -> Workspaces:
    return await learnt.once(("workspaces",), partial(_ask, desk))


# api.freshservice.com/#list_all_workspaces
async def _ask(desk: Desk) -> Workspaces:
    try:
        rows = await desk.listed("/workspaces", "workspaces", {})
    except (PermissionMissing, RecordGone):
        return Workspaces({})
    if not all("id" in it and "name" in it for it in rows):
        raise ContractBroken("A workspace has no name", detail="workspaces")
    return Workspaces({int(it["id"]): str(it["name"]) for it in rows})
