"""Each way to walk through pages, to the vendor's own end mark and not one page further."""

from typing import Any

import pytest

from sdk.vendor import VENDOR, Vendor, Way, answer
from syncline_common import errors
from syncline_common.sdk.paging import BodyCursor, HeaderToken, NextLink, Offset, Paging

CURSOR = BodyCursor("things", "next", "cursor", "done")
OPEN_CURSOR = BodyCursor("data.things", "meta.next", "cursor")
TOKEN = HeaderToken("value", "x-continuation", "token")
OFFSET = Offset("", "offset")
COUNTED = Offset("result", "offset", total="x-total")
NUMBERED = Offset("", "page", start=1, by_page=True)
LINK = NextLink("", None)
BODY_LINK = NextLink("value", "next")
TO_TWO = f'<{VENDOR}/things?p=0>; rel="prev", <{VENDOR}/things?p=2>; rel="next"; title="x"'

WALKS: list[tuple[Paging, list[bytes], list[str]]] = [
    (
        CURSOR,
        [
            answer(200, {"things": [1, 2], "next": "b", "done": False}),
            answer(200, {"things": [3], "done": True}),
        ],
        ["a=1", "a=1&cursor=b"],
    ),
    (CURSOR, [answer(200, {"things": [1], "next": "b", "done": True})], ["a=1"]),
    (
        OPEN_CURSOR,
        [
            answer(200, {"data": {"things": [1]}, "meta": {"next": 7}}),
            answer(200, {"data": {"things": []}, "meta": {}}),
        ],
        ["a=1", "a=1&cursor=7"],
    ),
    (
        TOKEN,
        [answer(200, {"value": [1]}, X_Continuation="t/1"), answer(200, {"value": [2]})],
        ["a=1", "a=1&token=t%2F1"],
    ),
    (
        OFFSET,
        [answer(200, [1, 2]), answer(200, [3]), answer(200, [])],
        ["a=1", "a=1&offset=2", "a=1&offset=3"],
    ),
    (
        COUNTED,
        [answer(200, {"result": [1, 2]}, x_total="3"), answer(200, {"result": [3]}, x_total="3")],
        ["a=1", "a=1&offset=2"],
    ),
    (COUNTED, [answer(200, {"result": []}, x_total="0")], ["a=1"]),
    (NUMBERED, [answer(200, [1, 2]), answer(200, [])], ["a=1", "a=1&page=2"]),
    (
        LINK,
        [answer(200, [1], link=TO_TWO), answer(200, [2], link=f'<{VENDOR}/>; rel="prev"')],
        ["a=1", "p=2"],
    ),
    (
        BODY_LINK,
        [answer(200, {"value": [1], "next": f"{VENDOR}/things?s=2"}), answer(200, {"value": [2]})],
        ["a=1", "s=2"],
    ),
]


async def walked(way: Way, paging: Paging, params: dict[str, Any]) -> list[Any]:
    return [
        item
        async for items, _ in way.gateway().pages("/things", paging=paging, params=params)
        for item in items
    ]


@pytest.mark.parametrize(("paging", "answers", "queries"), WALKS)
async def test_walks_to_the_end(
    paging: Paging, answers: list[bytes], queries: list[str], vendor: Vendor, way: Way
) -> None:
    vendor.says(*answers)
    items = await walked(way, paging, {"a": 1})
    assert items == list(range(1, len(items) + 1))
    assert [it.target for it in vendor.heard] == [f"/things?{query}" for query in queries]


@pytest.mark.parametrize(
    ("paging", "said"),
    [
        (CURSOR, answer(200, {"things": [1], "next": "same", "done": False})),
        (OPEN_CURSOR, answer(200, {"data": {"things": [1]}, "meta": {"next": "same"}})),
        (TOKEN, answer(200, {"value": [1]}, x_continuation="same")),
        (BODY_LINK, answer(200, {"value": [1], "next": f"{VENDOR}/things?p=same"})),
        (LINK, answer(200, [1], link=TO_TWO)),
    ],
)
async def test_a_page_that_comes_again_is_no_progress(
    paging: Paging, said: bytes, vendor: Vendor, way: Way
) -> None:
    vendor.says(said)
    with pytest.raises(errors.ContractBroken):
        await walked(way, paging, {})
    assert len(vendor.heard) == 2


@pytest.mark.parametrize(
    ("paging", "said"),
    [
        (CURSOR, answer(200, {"things": [1], "done": False})),  # neither goes on nor ends
        (CURSOR, answer(200, {"things": [1]})),
        (CURSOR, answer(200, {"next": "b", "done": True})),
        (CURSOR, answer(200, {"things": None, "done": True})),
        (CURSOR, answer(200, [])),
        (OFFSET, answer(200, {"error": "no list"})),
        (COUNTED, answer(200, {"result": [1]})),
        (COUNTED, answer(200, {"result": [1]}, x_total="many")),
        (TOKEN, answer(200, b"<h1>", content_type="text/html")),
        (BODY_LINK, answer(200, {"value": [1], "next": "https://elsewhere.example/things"})),
    ],
)
async def test_a_list_without_its_end_is_not_complete(
    paging: Paging, said: bytes, vendor: Vendor, way: Way
) -> None:
    vendor.says(said)
    with pytest.raises(errors.ContractBroken):
        await walked(way, paging, {})
    assert len(vendor.heard) == 1


async def test_a_page_that_fails_ends_the_walk_as_what_it_is(vendor: Vendor, way: Way) -> None:
    vendor.says(answer(200, [1, 2]), answer(403))
    with pytest.raises(errors.PermissionMissing):
        await walked(way, OFFSET, {})


async def test_the_body_comes_along(vendor: Vendor, way: Way) -> None:
    body = {"things": [1], "done": True, "at": "now"}
    vendor.says(answer(200, body))
    assert [it async for it in way.gateway().pages("/things", paging=CURSOR)] == [([1], body)]
