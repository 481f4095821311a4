"""Transforms of text."""

from syncline_common.configuration.coercion import Inconvertible
from syncline_common.configuration.patterns import Pattern
from syncline_common.configuration.transforms import Kind, Parameter, Run, Step, Transform, WayBack
from syncline_common.schemas.values import FieldType, Value

T = FieldType.TEXT
PLACE = "{value}"


def _as_is(run: Run) -> Step:
    return Step(run, lambda value: value)


def _replace(find: str, by: str) -> Step:
    if not find:
        raise ValueError("find is not empty")
    return Step(lambda value: value.replace(find, by))


def _regex_replace(pattern: str, by: str) -> Step:
    compiled = Pattern(pattern)
    return Step(lambda value: compiled.replace(value, by))


def _regex_extract(pattern: str, group: int | None) -> Step:
    """The first group, or the whole of what was found if there is none."""
    compiled = Pattern(pattern)
    wanted = min(1, compiled.groups) if group is None else group
    if wanted > compiled.groups:
        raise ValueError(f"the pattern has no group {wanted}")
    return Step(lambda value: compiled.extract(value, wanted))


def _around(before: str, after: str) -> Step:
    def backward(value: Value) -> Value:
        inner = len(value) - len(before) - len(after)
        if inner < 0 or not value.startswith(before) or not value.endswith(after):
            raise Inconvertible(f"{value[:80]!r} is not {before}…{after}")
        return value[len(before) : len(before) + inner]

    return Step(lambda value: f"{before}{value}{after}", backward)


def _template(text: str) -> Step:
    if PLACE not in text:
        raise ValueError("the text has {value} in it")
    if text.count(PLACE) == 1:
        return _around(*text.split(PLACE))
    return Step(lambda value: text.replace(PLACE, value))


def _truncate(length: int) -> Step:
    return Step(lambda value: value[:length])


def _split(by: str) -> Step:
    if not by:
        raise ValueError("by is not empty")

    def forward(value: Value) -> Value:
        return [it.strip() for it in value.split(by) if it.strip()]

    return Step(forward, _join(by).forward)


def _join(by: str) -> Step:
    def forward(value: Value) -> Value:
        texts = [it if isinstance(it, str) else str(it) for it in value]
        if by and (odd := next((it for it in texts if by.strip() and by.strip() in it), None)):
            raise Inconvertible(f"{odd[:80]!r} has {by.strip()!r} in it, and could not be split again")
        return by.join(texts)

    def backward(value: Value) -> Value:
        return [it.strip() for it in value.split(by.strip() or by) if it.strip()]

    return Step(forward, backward if by else None)


TEXT_PARAMETER = Parameter("text")
ALL = (
    Transform("lower", "in small letters", T, T, lambda: _as_is(str.lower), way_back=WayBack.AS_IS),
    Transform("upper", "in capital letters", T, T, lambda: _as_is(str.upper), way_back=WayBack.AS_IS),
    Transform("trim", "without blanks at both ends", T, T, lambda: _as_is(str.strip), way_back=WayBack.AS_IS),
    Transform("replace", "one text by another", T, T, _replace, (Parameter("find"), Parameter("by"))),
    Transform(
        "regex_replace",
        "what fits a pattern by a text",
        T,
        T,
        _regex_replace,
        (Parameter("pattern"), Parameter("by")),
    ),
    Transform(
        "regex_extract",
        "what fits a pattern, or one group of it",
        T,
        T,
        _regex_extract,
        (Parameter("pattern"), Parameter("group", Kind.INTEGER, required=False, least=0, most=99)),
    ),
    Transform(
        "truncate",
        "not longer than so many characters",
        T,
        T,
        _truncate,
        (Parameter("length", Kind.INTEGER, least=1, most=1_000_000),),
    ),
    Transform(
        "prefix",
        "with a text before it",
        T,
        T,
        lambda text: _around(text, ""),
        (TEXT_PARAMETER,),
        WayBack.EXACT,
    ),
    Transform(
        "suffix",
        "with a text after it",
        T,
        T,
        lambda text: _around("", text),
        (TEXT_PARAMETER,),
        WayBack.EXACT,
    ),
    Transform("template", "in the place of {value}", T, T, _template, (TEXT_PARAMETER,), WayBack.EXACT),
    Transform(
        "split",
        "into a list",
        T,
        FieldType.LIST,
        _split,
        (Parameter("by", required=False, default=","),),
        WayBack.AS_IS,
    ),
    Transform(
        "join",
        "a list into one text",
        FieldType.LIST,
        T,
        _join,
        (Parameter("by", required=False, default=", "),),
        WayBack.EXACT,
    ),
)
