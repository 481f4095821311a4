"""Who supervises whom: the parent of a person is a supervisor. There may be several; one is made only where there is none."""

from syncline_common.connectors.bulk import NOT_TO_ITSELF
from syncline_common.errors import RecordRejected
from syncline_common.schemas.records import Record, RecordRef, Tie, TieKind

SUPERVISORS = "supervisors"
ONLY_PEOPLE = "Only people have supervisors that can be tied to"
NO_RELATED = "In xMatters people are tied to their supervisors alone"
OTHER_PARENT = "It has another supervisor, who is not replaced"


def ties_of(record: Record) -> list[Tie]:
    ids = record.values.get(SUPERVISORS) or ()
    return [Tie(TieKind.PARENT, RecordRef("people", str(it))) for it in ids]


def must_be_possible(seen: Record, tie: Tie) -> None:
    """As far as it is known without asking."""
    if tie.kind is not TieKind.PARENT:
        raise RecordRejected(NO_RELATED)
    if {seen.ref.stream, tie.to.stream} != {"people"}:
        raise RecordRejected(ONLY_PEOPLE)
    if seen.ref.id == tie.to.id:
        raise RecordRejected(NOT_TO_ITSELF)


def is_made(record: Record, tie: Tie) -> bool:
    """RecordRejected if another one is in its place."""
    ties = ties_of(record)
    if tie not in ties and ties:
        raise RecordRejected(OTHER_PARENT)
    return tie in ties
