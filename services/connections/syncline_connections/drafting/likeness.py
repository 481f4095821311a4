"""How alike two fields or two streams are, by name, meaning and type; with the reasons, for a person to judge."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from syncline_common.configuration.coercion import fit
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_connections.drafting.meanings import meaning, plain, stream_group

ALIKE = 0.8  # names less alike than this are different names
LOSES_SOMETHING = 0.85


@dataclass(frozen=True, slots=True)
class Candidate:
    a: FieldFacts
    b: FieldFacts
    score: float
    reasons: tuple[str, ...]


def candidates(a: Sequence[FieldFacts], b: Sequence[FieldFacts]) -> list[Candidate]:
    """Each field at most once, the most alike first."""
    found = [it for one in a for other in b if (it := _compared(one, other)) is not None]
    found.sort(key=lambda it: (-it.score, it.a.name, it.b.name))
    taken: set[tuple[str, str]] = set()
    chosen = []
    for it in found:
        ends = {("a", it.a.name), ("b", it.b.name)}
        if not ends & taken:
            taken |= ends
            chosen.append(it)
    return chosen


def best_pair(
    template: str, a: Sequence[StreamFacts], b: Sequence[StreamFacts]
) -> tuple[StreamFacts, StreamFacts] | None:
    """The record types that most probably belong together; none, rather than a guess."""
    ranked = [
        (rank, order, one, other)
        for order, (one, other) in enumerate((one, other) for one in a for other in b)
        if (rank := _rank(template, one, other)) is not None
    ]
    best = min(ranked, key=lambda it: it[:2], default=None)
    return None if best is None else best[2:]


def _rank(template: str, a: StreamFacts, b: StreamFacts) -> float | None:
    groups = [stream_group(template, it.name, it.label) for it in (a, b)]
    if groups[0] is None or groups[0] != groups[1]:
        return None
    return groups[0] - name_likeness((a.name, a.label), (b.name, b.label)) / 2


def _compared(a: FieldFacts, b: FieldFacts) -> Candidate | None:
    if not a.writable and not b.writable:
        return None
    both, back = fit(a.type, b.type), fit(b.type, a.type)
    if not both.possible and not back.possible:
        return None
    by_name = name_likeness((a.name, a.label), (b.name, b.label))
    means = _meaning(a) if _meaning(a) == _meaning(b) else None
    if means is None and by_name < ALIKE:
        return None
    reasons = [f"both mean {means}"] if means else []
    reasons += [f"names are {round(by_name * 100)} % alike"] if by_name >= ALIKE else []
    reasons.append(f"{a.type.value} and {b.type.value}" if a.type is not b.type else f"both {a.type.value}")
    score = (0.8 + by_name / 5) if means else by_name * 0.9
    lossless = both.lossless or back.lossless
    return Candidate(a, b, round(score * (1 if lossless else LOSES_SOMETHING), 3), tuple(reasons))


def name_likeness(a: tuple[str, str], b: tuple[str, str]) -> float:
    """Of name or label, whichever is more alike."""
    return max(_alike(plain(one), plain(other)) for one in a for other in b)


def _alike(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    return 1.0 if one == other else SequenceMatcher(None, one, other).ratio()


def _meaning(field: FieldFacts) -> str | None:
    return meaning(field.name) or meaning(field.label)
