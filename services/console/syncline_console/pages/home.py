"""The first page: the door, or for whoever is signed in, their networks."""

from fastapi import APIRouter, Request, Response

from syncline_console.pages.page import go, show
from syncline_console.pages.visitor import ByAnybody

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request, visitor: ByAnybody) -> Response:
    if visitor is not None:
        return go(request, "/networks")
    return show(request, "pages/sign_in.html", next="/networks", email="", problem=None)
