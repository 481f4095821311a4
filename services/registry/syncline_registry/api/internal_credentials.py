"""Another credential for a node that is there already, given while the build of a connection is retried."""

from uuid import UUID

from pydantic import model_validator

from syncline_common.api.auth import ByService
from syncline_common.api.problems import problems
from syncline_common.errors import AlreadyDone, NotFound
from syncline_registry.actions import renewal
from syncline_registry.api.checks import Auth
from syncline_registry.api.internal_ends import BehalfDraft
from syncline_registry.api.internal_routes import internal_routes
from syncline_registry.api.systems import TicketText
from syncline_registry.own import ByDatabase, ByOwn

router = internal_routes()


class RenewalDraft(BehalfDraft):
    ticket: TicketText | None = None
    auth: Auth | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> "RenewalDraft":
        if (self.ticket is None) == (self.auth is None):
            raise ValueError("either a ticket or auth")
        return self


@router.put(
    "/systems/{system_id}/credential",
    status_code=204,
    responses=problems(NotFound, AlreadyDone),
    dependencies=[ByService],
)
async def renew_credential(system_id: UUID, draft: RenewalDraft, own: ByOwn, db: ByDatabase) -> None:
    """As the public route does it: checked first, and announced."""
    at = renewal.NodeOf(system_id, draft.network_id)
    proof = await renewal.check_renewal(db, own, draft.who(), at, draft.auth)
    async with db.begin() as tx:
        await renewal.renew_credential(tx, own, draft.who(), at, proof or draft.ticket)
