"""What is wrong with a configuration, and where: pointers into the document as it was sent."""

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import ValidationError

from syncline_common.errors import FieldFault as Problem

Place = tuple[str | int, ...]
MANY = 1_000

__all__ = ["Place", "Problem", "nearest", "pointer", "problem", "problems_of"]


def pointer(place: Place) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def problem(place: Place, message: str, fix: str | None = None) -> Problem:
    return Problem(pointer(place), message, fix)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A fix for a name that nobody knows: the one that was probably meant."""
    by_lower = {it.lower(): it for it in known}
    if len(by_lower) > MANY:
        return None  # looking among so many takes longer than anybody waits
    found = get_close_matches(name.lower(), by_lower, n=1)
    return f"Use {by_lower[found[0]]}." if found else None


def problems_of(error: ValidationError) -> list[tuple[Place, Problem]]:
    """Each with its place. A key that breaks its limits is shown at itself."""
    told: dict[tuple[Place, str], Problem] = {}
    for it in error.errors(include_url=False, include_input=False):
        place = tuple(part for part in it["loc"] if part != "[key]")
        words, fix = WORDS.get(it["type"], (None, None))
        message = words.format_map(it.get("ctx", {})) if words else it["msg"].removeprefix("Value error, ")
        if place[4:5] == ("convert",) and len(place) > 5:  # pydantic tells of each thing that a step is not
            place, message, fix = (
                place[:6],
                "A step is the name of a transform, or a name with its parameters.",
                None,
            )
        told[place, message] = problem(place, f"{message[0].upper()}{message[1:]}", fix)
    return [(place, it) for (place, _), it in told.items()]


WORDS: dict[str, tuple[str, str | None]] = {  # where pydantic's own would puzzle people
    "enum": ("This is one of {expected}.", None),
    "literal_error": ("This is one of {expected}.", None),
    "model_type": ("This is an object with keys.", None),
    "string_too_long": ("This has at most {max_length} characters.", None),
    "too_long": ("This has at most {max_length} entries.", None),
    "missing": ("This is needed.", None),
    "extra_forbidden": ("Nothing of this name belongs here.", "Remove it, or look for a misspelling."),
}
