"""Text to a document and back: YAML 1.2's core, which is JSON with less ink; and nothing of what YAML can do beside."""

import json
import re
from typing import Any

import yaml

from syncline_common.configuration.problems import Problem
from syncline_common.errors import Invalid, TooLarge

LARGEST, DEEPEST = 4 * 1024 * 1024, 32
NUMBERS = "-+.0123456789"
SCALARS = (  # No is a word and 2026-01-31 is text, as in JSON: YAML 1.1 would read a boolean and a date
    ("null", r"null|Null|NULL|~|", [*"nN~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list(NUMBERS)),
    (
        "float",
        r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)",
        list(NUMBERS),
    ),
)
TEXT = "tag:yaml.org,2002:str"


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Keys are text, and each is there once."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                raise yaml.MarkedYAMLError(problem="a key is plain text, once", problem_mark=key.start_mark)
            seen.add(key.value)
            key.tag = TEXT
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    """Quotes what `_Loader` would take for something else than text."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012


for _tag, _pattern, _first in SCALARS:
    for _speaker in (_Loader, _Dumper):
        _speaker.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def load(text: str) -> Any:
    """JSON or YAML; Invalid says the line. Not yet checked against the schema: see `parse` and `validate`."""
    if len(text) > LARGEST:
        raise TooLarge(f"A configuration has at most {LARGEST // 1024 // 1024} MiB.")
    try:
        return _load_json(text) if text.lstrip().startswith("{") else _load_yaml(text)
    except yaml.MarkedYAMLError as error:
        raise _unreadable(f"{error.problem}{_where(error.problem_mark)}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise _unreadable("there are characters or numbers that don't belong into a text") from error


def dump(document: Any) -> str:
    """As YAML that reads well: in the order it has."""
    told: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return told


def _load_json(text: str) -> Any:
    """What is no JSON may still be YAML, which says the line if it is not."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return _load_yaml(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON takes the last of two keys; we would not know which was meant."""
    if len(read := dict(pairs)) < len(pairs):
        raise ValueError("a key is there twice")
    return read


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _load_yaml(text: str) -> Any:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _unreadable(f"it is nested too deeply{_where(event.start_mark)}")
        if (
            isinstance(event, yaml.AliasEvent)
            or getattr(event, "anchor", None)
            or getattr(event, "tag", None)
        ):
            raise _unreadable(f"anchors, aliases and tags have no place here{_where(event.start_mark)}")
    return yaml.load(text, Loader=_Loader)


def _where(mark: Any) -> str:
    return "" if mark is None else f" (line {mark.line + 1}, column {mark.column + 1})"


def _unreadable(why: str) -> Invalid:
    message = f"This can't be read: {why}."
    return Invalid(message, Problem("", message))
