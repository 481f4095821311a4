"""ETag and If-Match: the version of a thing, as HTTP carries it."""

from typing import Annotated

from fastapi import Depends, Header, Response

from syncline_common.schemas.versions import etag_of

NO_VERSION = -1


async def _seen(
    if_match: Annotated[
        str | None,
        Header(max_length=200, description="The ETag you saw; 412 if it is no longer the current one."),
    ] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix("W/").strip('"')
    return int(tag) if tag.isascii() and tag.isdigit() else NO_VERSION


SeenVersion = Annotated[int | None, Depends(_seen)]


def show_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = etag_of(version)
