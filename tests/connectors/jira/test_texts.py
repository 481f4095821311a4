"""Documents of Jira and plain text: what is written comes back, and of what is formatted the words remain."""

from typing import Any

import pytest

from syncline_common.connectors.jira.adf import to_document, to_text


def node(kind: str, *inside: Any, **attrs: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"type": kind, "content": list(inside)}
    return told | ({"attrs": attrs} if attrs else {})


def words(text: str, **link: str) -> dict[str, Any]:
    marks = [{"type": "link", "attrs": link}] if link else [{"type": "strong"}]
    return {"type": "text", "text": text, "marks": marks}


class TestTexts:
    @pytest.mark.parametrize(
        "text", ["x", "a\nb", "a\n\nb", "a\n\n\nb", "a\n", "\n", "  grün <b> & ", "a\n\n\n\nb"]
    )
    def test_a_text_comes_back_as_it_was(self, text: str) -> None:
        assert to_text(to_document(text)) == text

    def test_no_text_in_a_document_is_empty(self) -> None:
        assert to_document("a\n\n\nb")["content"] == [
            {"type": "paragraph", "content": [{"type": "text", "text": "a"}]},
            {"type": "paragraph", "content": [{"type": "hardBreak"}, {"type": "text", "text": "b"}]},
        ]

    def test_of_what_is_formatted_the_words_remain(self) -> None:
        item = node("listItem", node("paragraph", words("one")))
        cell = node("tableCell", node("paragraph", words("cell")))
        document = node(
            "doc",
            node("heading", words("Title"), level=1),
            node("bulletList", item, item),
            node(
                "orderedList", node("listItem", node("paragraph", words("first")), node("bulletList", item))
            ),
            node("codeBlock", words("x = 1")),
            node("table", node("tableRow", cell, cell)),
            node("panel", node("paragraph", words("see"), words("here", href="https://a.example"))),
            node(
                "paragraph",
                node("mention", text="@Triage", id="1"),
                words(" "),
                node("emoji", shortName=":+1:"),
            ),
            node("paragraph", node("inlineCard", url="https://b.example/")),
            node("rule"),
            node("mediaSingle", node("media", alt="screen.png", id="1")),
            node("unheard_of", node("paragraph", words("kept"))),
        )
        assert to_text(document).split("\n\n") == [
            "Title",
            "- one\n- one",
            "1. first\n- one",
            "x = 1",
            "cell | cell",
            "seehere (https://a.example)",
            "@Triage :+1:",
            "https://b.example/",
            "----",
            "screen.png",
            "kept",
        ]
