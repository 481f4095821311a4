"""What an organisation of Salesforce offers, and what Syncline's user may do there."""

from collections.abc import Sequence
from functools import partial

from syncline_common.configuration.conditions import Condition
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.connectors.salesforce.client import Rest
from syncline_common.connectors.salesforce.manifest import MANIFEST
from syncline_common.connectors.salesforce.queries import Query, containing, quoted, said
from syncline_common.connectors.salesforce.records import ID, MARKER_FIELD, Shape, Wire, to_person
from syncline_common.connectors.understanding import understood
from syncline_common.errors import ContractBroken, PermissionMissing, RecordGone, RecordRejected
from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.ports import Counted, Found, Out, Person, Project, Survey, WebhookWay

CASE = "Case"
SHAPE = ("shape", CASE)
MOST_PEOPLE = 50
FEW = 0.2  # of the day's requests
PERSON = (ID, "Name", "Email", "Username", "IsActive")
NO_SALESFORCE = "This is no Salesforce that speaks version 62 of the API"
NO_CASES = "Syncline's user has no access to cases; give it a permission set with them"
CAN_NOT_WRITE = "Syncline's user may not create and edit cases; give it a permission set that may"
NO_MARKER = (
    f"Case has no field {MARKER_FIELD} that Syncline's user may write: whether a new case whose answer was lost is "
    "there shows only to a person. Add it: text, external id, unique"
)
NOT_UNIQUE = (
    f"{MARKER_FIELD} has to be a text that is an external id and unique; as it is, it can't keep a case from being "
    "made twice, and is not used"
)
FEW_LEFT = "{left} of {most} requests of this day are left, for all that use the API"


@understood
class SalesforceSurveyor:
    def __init__(self, out: Out, learnt: Learnt | None = None) -> None:
        self._learnt = learnt or Learnt()
        self.rest = Rest(out, partial(self._learnt.forget, SHAPE))

    async def survey(self) -> Survey:
        """What the user may do is described for it, so nothing needs to be tried."""
        identity = await self._identity()
        described = await self._described()
        if not (described["queryable"] and described["createable"] and described["updateable"]):
            raise PermissionMissing(CAN_NOT_WRITE)
        marker = next((it for it in described["fields"] if it["name"] == MARKER_FIELD), None)
        findings = [*_about_marker(marker), *await self._about_limits()]
        usable = MARKER_FIELD if _is_usable(marker) else None
        return Survey(identity, True, tuple(findings), Found(usable, webhooks=WebhookWay.BY_HAND))

    async def projects(self) -> Sequence[Project]:
        return []

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        return [StreamFacts(CASE, str((await self._described())["label"]))]

    async def fields(self, stream: str, project: str | None = None) -> Sequence[FieldFacts]:
        return Shape.of(await self.rest.describe(known(stream))).facts()

    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        """Users, and queues of the same name: both can own a case."""
        if not text.strip():
            return []
        part = containing(text.strip())
        named = f"(Name LIKE {part} OR Email LIKE {part} OR Username LIKE {part})"
        users = f"IsActive = TRUE AND UserType = 'Standard' AND {named}"
        queues = f"Type = 'Queue' AND Name LIKE {part}"
        found = await self.rest.page(Query("User", PERSON, users, "Name", MOST_PEOPLE))
        there = await self.rest.page(Query("Group", (ID, "Name"), queues, "Name", MOST_PEOPLE))
        return [to_person(it) for it in (*found.rows, *there.rows)]

    async def count(self, stream: str, projects: Sequence[str], conditions: Sequence[Condition]) -> Counted:
        shape = await self.shape(stream) if conditions else None
        told = {it.source: shape and said(it, shape) for it in conditions}
        where = " AND ".join(it for it in told.values() if it)
        left_out = tuple(source for source, it in told.items() if not it)
        return Counted(await self.rest.total(known(stream), where), left_out=left_out)

    async def shape(self, stream: str) -> Shape:
        return await self._learnt.once(SHAPE, partial(self._ask_shape, known(stream)))

    async def _ask_shape(self, stream: str) -> Shape:
        return Shape.of(await self.rest.describe(stream))

    async def _described(self) -> Wire:
        try:
            return await self.rest.describe(CASE)
        except RecordGone as error:
            raise PermissionMissing(NO_CASES, detail=error.detail) from None

    async def _identity(self) -> str:
        """The resources of the version name whoever asks for them, by an id."""
        try:
            id = str((await self.rest.resources())["identity"]).rpartition("/")[2]
        except RecordGone as error:
            raise ContractBroken(NO_SALESFORCE, detail=error.detail) from None
        me = await self.rest.page(Query("User", (ID, "Username"), f"{ID} = {quoted(id)}"))
        return str(me.rows[0]["Username"]) if me.rows else id

    async def _about_limits(self) -> list[str]:
        day = (await self.rest.limits())["DailyApiRequests"]
        left, most = int(day["Remaining"]), int(day["Max"])
        return [FEW_LEFT.format(left=left, most=most)] if left < FEW * most else []


def known(stream: str) -> str:
    if MANIFEST.stream(stream) is None:
        raise RecordRejected("Only cases can be kept in step", detail=stream[:40])
    return stream


def _is_usable(field: Wire | None) -> bool:
    return bool(field and field["createable"] and _is_kept_unique(field))


def _is_kept_unique(field: Wire) -> bool:
    return bool(field["type"] == "string" and field["externalId"] and field["unique"])


def _about_marker(field: Wire | None) -> list[str]:
    if _is_usable(field):
        return []
    return [NOT_UNIQUE if field is not None and field["createable"] else NO_MARKER]
