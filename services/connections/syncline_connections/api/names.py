"""/connections/v1/name-check"""

from uuid import UUID

from fastapi import APIRouter

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft, Name
from syncline_common.api.problems import problems
from syncline_common.errors import NotFound
from syncline_common.schemas.values import Side
from syncline_connections.api.ends import SystemNamed
from syncline_connections.api.views import View
from syncline_connections.own import ByDatabase, ByRegistry
from syncline_connections.store.connection_store import name_taken
from syncline_connections.work.naming import is_free

router = APIRouter(prefix="/connections/v1", tags=["connections"])


class NameQuestion(Draft):
    network_id: UUID
    name: Name
    a: SystemNamed
    b: SystemNamed


class NameAnswer(View):
    """`message` says why it is not free."""

    available: bool
    message: str | None


@router.post("/name-check", responses=problems(NotFound))
async def check_name(
    question: NameQuestion, caller: ByCaller, database: ByDatabase, registry: ByRegistry
) -> NameAnswer:
    """Whether a connection of this name could be made between these two systems, in either order."""
    ends = {Side.A: question.a.wanted(), Side.B: question.b.wanted()}
    free = await is_free(database, registry, caller, question.network_id, question.name, ends)
    return NameAnswer(available=free, message=None if free else name_taken(question.name).message)
