"""What can be wrong with a flow as a whole: its streams, projects, filters, and what it leaves out."""

from collections.abc import Iterator, Mapping
from itertools import product

from syncline_common.configuration.facts import StreamFacts, Surroundings
from syncline_common.configuration.filters import FilterFault, compile_filter, named_by
from syncline_common.configuration.places import FlowAt
from syncline_common.configuration.problems import Problem, nearest, problem
from syncline_common.schemas.values import Direction, FieldType, Side

LOOKED_UP = (FieldType.TEXT, FieldType.NUMBER, FieldType.CHOICE)


def flow_problems(at: FlowAt, known: Surroundings) -> Iterator[Problem]:
    yield from _creates(at)
    yield from _identity(at)
    yield from _keys_to_look_up_by(at, known)
    if at.complete:
        yield from _conflicts(at)
    yield from _two_rules_one_field(at)
    for side in Side:
        streams = known.streams(side)
        stream = known.stream(side, at.flow.end(side).stream)
        if streams is not None and stream is None:
            yield _unknown_stream(at, side, streams)
        yield from _filter(at, side, stream)
        if stream is not None:
            yield from _projects(at, side, stream)
            yield from _required(at, side, stream)


def _unknown_stream(at: FlowAt, side: Side, streams: Mapping[str, StreamFacts]) -> Problem:
    name = at.flow.end(side).stream
    return problem(
        (*at.place, side.value, "stream"),
        f"There is no stream {name} on side {side}.",
        nearest(name, streams),
    )


def _projects(at: FlowAt, side: Side, stream: StreamFacts) -> Iterator[Problem]:
    for number, name in enumerate(at.flow.end(side).projects):
        place = (*at.place, side.value, "projects", number)
        if not stream.projects:
            yield problem(place, f"{stream.label or stream.name} has no projects.", "Leave projects empty.")
        elif name not in stream.projects:
            yield problem(
                place, f"There is no project {name} on side {side}.", nearest(name, stream.projects)
            )


def _filter(at: FlowAt, side: Side, stream: StreamFacts | None) -> Iterator[Problem]:
    place = (*at.place, side.value, "filter")
    try:
        compiled = compile_filter(at.flow.end(side).filter)
    except FilterFault as fault:
        yield problem(place, f"This filter can't be used: {fault}.")
        return
    if compiled is None or stream is None:
        return
    for path in compiled.paths:
        if named_by(path, stream.by_name) is None:
            yield problem(place, f"There is no field {path} on side {side}.", nearest(path, stream.by_name))


def _required(at: FlowAt, side: Side, stream: StreamFacts) -> Iterator[Problem]:
    if not at.complete or not at.flow.creates_in(side):
        return
    sent = {it.rule.field(side) for it in at.rules if side in it.targets() and it.rule.when != "update"}
    for field in stream.fields:
        if field.required_on_create and field.name not in sent:
            yield problem(
                (*at.place, "fields"),
                f"{field.label or field.name} is needed to create on side {side}, and no rule writes it.",
                f'Add a rule for it, such as {{"{side}": "{field.name}", "constant": ...}}.',
            )


def _creates(at: FlowAt) -> Iterator[Problem]:
    creates, direction = at.flow.creates, at.flow.direction
    for side in Side:
        if creates == f"in_{side}" and not direction.into(side):
            yield problem(
                (*at.place, "creates"), f"The flow writes nothing to side {side}, so it can't create there."
            )
    if direction is not Direction.BOTH and creates == "both" and "creates" in at.flow.model_fields_set:
        target = Side.B if direction is Direction.A_TO_B else Side.A
        yield problem(
            (*at.place, "creates"),
            f"The flow writes to side {target} only.",
            f"Use in_{target}, or leave it out.",
        )


def _identity(at: FlowAt) -> Iterator[Problem]:
    identity, place = at.flow.identity, (*at.place, "identity", "keys")
    if identity.policy == "create" and identity.keys:
        yield problem(place, "Keys are for matching; this policy always creates.", "Remove the keys.")
    if identity.policy != "create" and not identity.keys:
        yield problem(place, "Matching needs at least one key.")
    names = {it.rule.id for it in at.rules} | {it.rule.a for it in at.rules if it.rule.b is not None}
    for number, key in enumerate(identity.keys):
        if at.complete and key not in names:
            fix = nearest(key, [it for it in names if it])
            yield problem(
                (*place, number), f"{key} is neither a rule nor a field of side a that is mapped.", fix
            )


def _keys_to_look_up_by(at: FlowAt, known: Surroundings) -> Iterator[Problem]:
    for number, key in enumerate(at.flow.identity.keys):
        rules = [it.rule for it in at.rules if key in (it.rule.id, it.rule.a)]
        for rule, side in product(rules, Side):
            stream = known.stream(side, at.flow.end(side).stream)
            field = stream.by_name.get(rule.field(side) or "") if stream else None
            if field is not None and field.type not in LOOKED_UP:
                said = (
                    f"Side {side} can't be searched by {field.name}: it is no short text, number or choice."
                )
                yield problem((*at.place, "identity", "keys", number), said, "Choose another field as key.")


def _conflicts(at: FlowAt) -> Iterator[Problem]:
    names = {name for it in at.rules for name in (it.rule.id, it.rule.a, it.rule.b) if name}
    for name in at.flow.conflicts.fields:
        if name not in names:
            place = (*at.place, "conflicts", "fields", name)
            yield problem(
                place, f"{name} is neither a rule nor a field that is mapped.", nearest(name, names)
            )


def _two_rules_one_field(at: FlowAt) -> Iterator[Problem]:
    """One may write at the creation and another afterwards."""
    written: set[tuple[Side, str | None, str]] = set()
    for it in at.rules:
        for side in it.targets():
            name = it.rule.field(side)
            times = ("create", "update") if it.rule.when == "both" else (it.rule.when,)
            if any((side, name, when) in written for when in times):
                yield problem(
                    (*it.place, side.value), f"Another rule writes {name} already.", "Remove one of them."
                )
            written.update((side, name, when) for when in times)
