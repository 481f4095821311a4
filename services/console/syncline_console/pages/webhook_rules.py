"""What has to be entered in a system by hand before it posts its changes. It holds a secret: on this answer, and nowhere else."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from syncline_console.client.line import Refused
from syncline_console.client.views import WebhookRule
from syncline_console.pages.forms import ByForm
from syncline_console.pages.page import show, status_of
from syncline_console.pages.systems import frame
from syncline_console.pages.visitor import ByAdministrator, Visitor

router = APIRouter(prefix="/networks/{network_id}/systems/{system_id}/webhooks", include_in_schema=False)


@router.get("")
async def choose(request: Request, visitor: ByAdministrator, network_id: UUID, system_id: UUID) -> Response:
    return await _page(request, visitor, network_id, system_id)


@router.post("")
async def show_rules(
    request: Request, visitor: ByAdministrator, network_id: UUID, system_id: UUID, form: ByForm
) -> Response:
    """Not by way of another page: a redirect would have to carry the secret."""
    chosen = form.all("streams")
    try:
        rules = await visitor.registry.webhook_rules(system_id, network_id, chosen)
    except Refused as refused:
        return await _page(request, visitor, network_id, system_id, refused=refused, chosen=chosen)
    return await _page(request, visitor, network_id, system_id, rules=rules, chosen=chosen)


async def _page(
    request: Request,
    visitor: Visitor,
    network_id: UUID,
    system_id: UUID,
    *,
    rules: list[WebhookRule] | None = None,
    refused: Refused | None = None,
    chosen: list[str] | None = None,
) -> Response:
    facts = await frame(visitor, network_id, system_id)
    facts |= {"rules": rules or [], "refused": refused, "chosen": chosen or []}
    facts["streams"] = await visitor.registry.streams(system_id, network_id)
    status = status_of(refused) if refused else 200
    return show(request, "pages/webhook_rules.html", visitor, status=status, **facts)
