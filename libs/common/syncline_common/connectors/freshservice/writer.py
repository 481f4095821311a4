"""Freshservice as a Writer: new tickets are incidents, in the workspace that is named or in the primary one."""

from syncline_common.connectors.freshservice.product import PRODUCT
from syncline_common.connectors.freshservice.workspaces import Workspaces, workspaces
from syncline_common.connectors.freshworks.client import Wire
from syncline_common.connectors.freshworks.records import to_record
from syncline_common.connectors.freshworks.writer import FreshworksWriter
from syncline_common.connectors.understanding import understood
from syncline_common.errors import RecordRejected
from syncline_common.schemas.connector import NewRecord
from syncline_common.schemas.records import Record

INCIDENT = "Incident"
FROM_THE_CATALOGUE = "A service request is made from the catalogue only; map the type to Incident"


@understood
class FreshserviceWriter(FreshworksWriter):
    product = PRODUCT
    spaces = Workspaces({})

    async def prepare(self) -> None:
        self.spaces = await workspaces(self.desk, self._learnt)

    async def more_of_new(self, new: NewRecord) -> dict[str, object]:
        if new.values.get("type") not in (None, INCIDENT):
            raise RecordRejected(FROM_THE_CATALOGUE)
        return {"workspace_id": self.spaces.id_of(new.project)} if new.project else {}

    def record(self, ticket: Wire) -> Record:
        return to_record(ticket, self.product, self._found.marker_field, self.spaces.name_of(ticket))
