"""Documents in the Atlassian Document Format as plain text, and plain text as such a document.

A text that is written and read again is the same text. Formatting does not come along: of a list its lines, of a table
its cells, of an image its name.
"""

from collections.abc import Callable, Mapping
from typing import Any

Node = Mapping[str, Any]
LISTS = ("bulletList", "orderedList", "taskList", "decisionList")


def to_text(document: Node) -> str:
    return _blocks(document, "\n\n")


def to_document(text: str) -> dict[str, Any]:
    """Paragraphs where a line is empty, breaks where it is not."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return {"type": "doc", "version": 1, "content": [_paragraph(it) for it in lines.split("\n\n")]}


def _paragraph(text: str) -> dict[str, Any]:
    content = list[dict[str, Any]]()
    for number, line in enumerate(text.split("\n")):
        content += [{"type": "hardBreak"}] if number else []
        content += [{"type": "text", "text": line}] if line else []  # there are no empty texts
    return {"type": "paragraph", "content": content}


def _blocks(node: Node, between: str) -> str:
    return between.join(_block(it) for it in _inside(node))


def _block(node: Node) -> str:
    kind = node.get("type")
    if kind in LISTS:
        return "\n".join(
            _item(it, at, ordered=kind == "orderedList") for at, it in enumerate(_inside(node), 1)
        )
    if kind == "table":
        rows = ([_blocks(cell, " ") for cell in _inside(row)] for row in _inside(node))
        return "\n".join(" | ".join(row) for row in rows)
    if kind == "rule":
        return "----"
    if kind in ("paragraph", "heading", "codeBlock", "taskItem", "decisionItem", "caption"):
        return "".join(_inline(it) for it in _inside(node))
    if kind in INLINE:
        return _inline(node)
    return _blocks(node, "\n" if kind in ("mediaSingle", "mediaGroup") else "\n\n")


def _item(node: Node, number: int, *, ordered: bool) -> str:
    text = _block(node) if node.get("type") == "taskItem" else _blocks(node, "\n")
    return f"{f'{number}.' if ordered else '-'} {text}"


def _inline(node: Node) -> str:
    told = INLINE.get(str(node.get("type")))
    if told is None:
        return "".join(_inline(it) for it in _inside(node))
    return told(node.get("attrs") or {}) if node["type"] != "text" else _marked(node)


def _marked(node: Node) -> str:
    """A link says where it leads, unless that is what it says."""
    text = str(node.get("text", ""))
    links = [it for it in node.get("marks") or [] if it.get("type") == "link"]
    href = (links[0].get("attrs") or {}).get("href", "") if links else ""
    return f"{text} ({href})" if href and href.removesuffix("/") != text.removesuffix("/") else text


def _inside(node: Node) -> list[Node]:
    return list(node.get("content") or ())


def _named(*names: str) -> Callable[[Node], str]:
    return lambda attrs: next((str(attrs[it]) for it in names if attrs.get(it)), "")


INLINE: Mapping[str, Callable[[Node], str]] = {
    "text": _named("text"),
    "hardBreak": lambda attrs: "\n",
    "mention": _named("text", "id"),
    "emoji": _named("text", "shortName"),
    "inlineCard": _named("url"),
    "blockCard": _named("url"),
    "embedCard": _named("url"),
    "date": _named("timestamp"),
    "status": _named("text"),
    "media": _named("alt", "url", "id"),
    "mediaInline": _named("alt", "id"),
}
