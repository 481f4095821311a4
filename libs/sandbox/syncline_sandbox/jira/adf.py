"""Documents in the Atlassian Document Format: what they may consist of, and the words in them."""

from typing import Any

BLOCKS = frozenset(
    {"paragraph", "heading", "bulletList", "orderedList", "codeBlock", "blockquote", "panel", "rule"}
    | {"mediaSingle", "mediaGroup", "table", "taskList", "expand"}
)
INLINE = frozenset({"text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status"})
INNER = frozenset(
    {"listItem", "tableRow", "tableCell", "tableHeader", "taskItem", "media", "caption"}
)  # of which blocks consist
MARKS = frozenset({"strong", "em", "strike", "code", "underline", "link", "textColor", "subsup"})


def document(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(blocks)}


def plain(text: str) -> dict[str, Any]:
    """As the editor makes it of lines."""
    return document(*(_paragraph(it) for it in text.split("\n")))


def is_document(given: object) -> bool:
    if not isinstance(given, dict) or set(given) - {"type", "version", "content"}:
        return False
    content = given.get("content")
    whole = given.get("type") == "doc" and given.get("version") == 1 and isinstance(content, list)
    return whole and all(_is_node(it, BLOCKS) for it in content or [])


def words(node: Any) -> str:
    """For the index."""
    if not isinstance(node, dict):
        return ""
    own = node.get("text") or (node.get("attrs") or {}).get("text") or ""
    return " ".join([str(own), *(words(it) for it in node.get("content") or [])]).strip()


def _is_node(node: object, allowed: frozenset[str]) -> bool:
    if not isinstance(node, dict) or node.get("type") not in allowed:
        return False
    if node["type"] == "text":
        marks = node.get("marks") or []
        return bool(node.get("text")) and isinstance(node["text"], str) and all(_is_mark(it) for it in marks)
    inside = node.get("content", [])
    below = INLINE if node["type"] in ("paragraph", "heading", "codeBlock") else BLOCKS | INNER | INLINE
    return isinstance(inside, list) and all(_is_node(it, below) for it in inside)


def _is_mark(mark: object) -> bool:
    return isinstance(mark, dict) and mark.get("type") in MARKS


def _paragraph(line: str) -> dict[str, Any]:
    return (
        {"type": "paragraph", "content": [{"type": "text", "text": line}]} if line else {"type": "paragraph"}
    )
