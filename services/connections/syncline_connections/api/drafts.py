"""/connections/v1/connections/{id}/draft"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response
from pydantic import ConfigDict

from syncline_common.api.auth import ByCaller
from syncline_common.api.drafts import Draft
from syncline_common.api.etags import SeenVersion, show_etag
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead, InTx, routes
from syncline_common.errors import InvalidTransition, NotFound, Stale
from syncline_common.schemas.versions import etag_of
from syncline_connections.actions import drafts as actions
from syncline_connections.api.documents import Document
from syncline_connections.api.looking import Looked, looked_at
from syncline_connections.api.views import AutoMapView, DraftView, EstimateView, ValidityView
from syncline_connections.domain.draft import Draft as ConfigurationDraft
from syncline_connections.drafting.counting import estimates
from syncline_connections.drafting.proposing import Proposal, proposed
from syncline_connections.own import ByDatabase, ByKept, ByRegistry
from syncline_connections.store.connection_store import ConnectionStore
from syncline_connections.store.draft_store import DraftStore
from syncline_connections.work.weighing import Weighed, places_of, weigh, weigh_lately

router = routes("/connections/v1/connections/{connection_id}/draft", "drafts")
EXAMPLE: dict[str, Any] = {
    "configuration": {
        "version": 1,
        "schedule": {"every": "60s"},
        "flows": [
            {
                "name": "Bugs and incidents",
                "a": {"stream": "Bug", "projects": ["Fabrikam"]},
                "b": {"stream": "incident"},
                "fields": [{"a": "System.Title", "b": "short_description"}],
            }
        ],
    }
}


class NewConfiguration(Draft):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    configuration: Document


class Question(Draft):
    """Without a configuration it is about the draft as it is saved."""

    configuration: Document | None = None


Here = Annotated[Looked, Depends(looked_at)]


async def _weighed(here: Here, kept: ByKept, new: NewConfiguration) -> Weighed:
    here.require_change()
    return await weigh_lately(kept, here.connection, new.configuration)


async def _asked(here: Here, registry: ByRegistry, question: Question | None = None) -> Weighed:
    given = None if question is None else question.configuration
    here.require_change()
    return await weigh(registry, here.connection, here.draft().document if given is None else given)


async def _mapped(here: Here, registry: ByRegistry, database: ByDatabase) -> tuple[Weighed, list[Proposal]]:
    here.require_change()
    async with database.read() as tx:
        earlier = await DraftStore(tx, here.connection).documents()
    document = here.draft().document
    document, told = await proposed(registry, places_of(here.connection), document, earlier)
    return await weigh(registry, here.connection, document), told


@router.get("", response_model=DraftView, responses=problems(NotFound))
async def get_draft(connection_id: UUID, response: Response, caller: ByCaller, tx: InRead) -> Any:
    """The configuration that is being worked on; what was wrong with it when it was last looked at."""
    draft = await DraftStore(tx, await ConnectionStore(tx, caller).get(connection_id)).get()
    return _shown(response, draft)


@router.put("", response_model=DraftView, responses=problems(NotFound, Stale, InvalidTransition))
async def save_draft(
    connection_id: UUID,
    weighed: Annotated[Weighed, Depends(_weighed)],
    response: Response,
    caller: ByCaller,
    tx: InTx,
    seen: SeenVersion,
) -> Any:
    """Saved as it is, right or wrong; the answer says what is wrong, and where. Flows and rules get their ids."""
    what = (weighed.document, weighed.judged.problems)
    draft = await actions.save_draft(tx, caller, connection_id, *what, seen=seen)
    return _shown(response, draft, weighed)


@router.post("/validate", response_model=ValidityView, responses=problems(NotFound, InvalidTransition))
async def validate_draft(
    connection_id: UUID,
    here: Here,
    weighed: Annotated[Weighed, Depends(_asked)],
    caller: ByCaller,
    tx: InTx,
) -> Any:
    """Look again: the systems may have changed. A configuration that is sent along is only judged, not saved."""
    if weighed.document is here.draft().document:
        await actions.judge_draft(tx, caller, connection_id, here.draft().revision, weighed.judged.problems)
    return _validity(weighed)


@router.post("/auto-map", response_model=AutoMapView, responses=problems(NotFound, Stale, InvalidTransition))
async def auto_map_draft(
    connection_id: UUID,
    here: Here,
    mapped: Annotated[tuple[Weighed, list[Proposal]], Depends(_mapped)],
    response: Response,
    caller: ByCaller,
    tx: InTx,
    seen: SeenVersion,
) -> Any:
    """Add rules for fields that are alike by name, meaning and type. A rule that is there is never touched."""
    weighed, told = mapped
    what = (weighed.document, weighed.judged.problems)
    seen = here.draft().revision if seen is None else seen
    draft = await actions.save_draft(tx, caller, connection_id, *what, seen=seen)
    return {**_shown(response, draft, weighed), "proposals": told}


@router.post("/estimate", response_model=EstimateView, responses=problems(NotFound, InvalidTransition))
async def estimate_draft(
    connection_id: UUID, here: Here, registry: ByRegistry, question: Question | None = None
) -> Any:
    """How many records are in scope, flow by flow and side by side, as the systems count them now."""
    here.require_change()
    given = None if question is None else question.configuration
    document = here.draft().document if given is None else given
    return {"flows": await estimates(registry, places_of(here.connection), document)}


def _shown(response: Response, draft: ConfigurationDraft, weighed: Weighed | None = None) -> dict[str, Any]:
    show_etag(response, draft.revision)
    return {
        "configuration": draft.document,
        "etag": etag_of(draft.revision),
        "valid": draft.valid,
        "problems": draft.problems,
        "unchecked": {} if weighed is None else weighed.judged.unchecked,
        "tested_by_run": draft.tested_by_run,
        "saved_at": draft.saved_at,
    }


def _validity(weighed: Weighed) -> dict[str, Any]:
    found = weighed.judged
    return {"valid": not found.problems, "problems": found.problems, "unchecked": found.unchecked}
