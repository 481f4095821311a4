"""Makes a connection what its file says, in one transaction: description, draft, and, if asked, the next version."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from syncline_common.db.tx import Tx
from syncline_common.errors import FieldFault
from syncline_common.schemas.caller import Caller
from syncline_connections.actions.connections import change_connection
from syncline_connections.actions.drafts import publish_draft, save_draft
from syncline_connections.domain.connection import Connection


async def apply_file(  # noqa: PLR0913 (what is to be, what it was compared with, and who says so)
    tx: Tx,
    caller: Caller,
    connection_id: UUID,
    *,
    description: str,
    document: dict[str, Any],
    problems: Sequence[FieldFault],
    revision: int,
    publish: bool,
) -> Connection:
    """Whoever edited the draft since it was compared is not overwritten: that is told."""
    connection = await change_connection(tx, caller, connection_id, seen=None, description=description)
    draft = await save_draft(tx, caller, connection_id, document, problems, seen=revision)
    if publish:
        connection = await publish_draft(tx, caller, connection_id, draft.revision, problems)
    return connection
