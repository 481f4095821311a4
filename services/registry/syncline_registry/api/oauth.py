"""/registry/v1/oauth: signing in at a vendor's own page"""

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field, SecretStr, StringConstraints

from syncline_common.api.auth import ByCaller
from syncline_common.api.problems import problems
from syncline_common.api.transactions import routes
from syncline_common.errors import Invalid, NotFound
from syncline_registry.actions.addresses import Named
from syncline_registry.actions.oauth import Finished, finish_sign_in, start_sign_in
from syncline_registry.api.checks import CheckDraft, CheckView
from syncline_registry.own import ByDatabase, ByOwn

router = routes("/registry/v1/oauth", "systems")
Answer = Annotated[str | None, Query(max_length=4000)]
OwnPath = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^/([A-Za-z0-9_.~-][A-Za-z0-9_.~/%=&?-]*)?$")
]
REFUSED = "The system has not let you in, or you have refused; begin again"
NOT_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class SignInDraft(CheckDraft):
    """`auth` holds the scheme, and the id and secret of the application that was entered in the system."""

    return_to: OwnPath | None = Field(
        default=None, description="A page of ours where a browser goes on, with `ticket` or `problem`."
    )


class PageView(BaseModel):
    authorize_url: str = Field(description="Where the person goes to sign in, within half an hour.")
    redirect_uri: str = Field(description="To be entered in the system beforehand.")


@router.post("/start", responses=problems(NotFound))
async def start(draft: SignInDraft, caller: ByCaller, own: ByOwn, db: ByDatabase) -> PageView:
    """Begin to sign in at the system's own page."""
    named = Named(draft.network_id, draft.url, draft.kind)
    page, back = await start_sign_in(db, own, caller, named, draft.auth, draft.return_to)
    return PageView(authorize_url=page, redirect_uri=back)


@router.get(
    "/callback",
    response_model=CheckView,
    responses=problems(NotFound) | {303: {"description": "Back to the page where it was begun"}},
)
async def come_back(own: ByOwn, db: ByDatabase, state: Answer = None, code: Answer = None) -> Response:
    """Where the system sends the person back to. The ticket is of use to the one who began, and to nobody else."""
    if not state or not code:
        raise Invalid(REFUSED)
    return _told(await finish_sign_in(db, own, state, SecretStr(code)))


def _told(finished: Finished) -> Response:
    checked = finished.checked
    if finished.return_to is None:
        return JSONResponse(CheckView.of(checked).model_dump(mode="json"), headers=NOT_KEPT)
    said = f"ticket={checked.ticket}" if checked.ok else f"problem={checked.problems[0].code}"
    joint = "&" if "?" in finished.return_to else "?"
    return RedirectResponse(f"{finished.return_to}{joint}{said}", 303, headers=NOT_KEPT)
