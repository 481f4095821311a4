"""Every component once, with what it looks like in each state."""

from fastapi import APIRouter, Request, Response

from syncline_console.pages.page import show
from syncline_console.pages.visitor import ByAnybody

router = APIRouter(include_in_schema=False)


@router.get("/gallery")
async def gallery(request: Request, visitor: ByAnybody) -> Response:
    return show(request, "pages/gallery.html", visitor)
