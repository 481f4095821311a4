"""What can be wrong with a field rule: its fields, directions, transforms and values."""

from collections.abc import Iterator, Sequence

from syncline_common.configuration.catalogue import TRANSFORMS, compile_chain
from syncline_common.configuration.coercion import Inconvertible, coerce, fit
from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.configuration.places import FlowAt, RuleAt
from syncline_common.configuration.problems import Problem, nearest, problem
from syncline_common.configuration.transforms import TransformFault
from syncline_common.schemas.values import Direction, FieldType, Side, Value

SHOWN = 5
FIXES = 100  # of one map: looking for names takes a while, and nobody reads more


def rule_problems(flow: FlowAt, a: StreamFacts | None, b: StreamFacts | None) -> Iterator[Problem]:
    streams = {Side.A: a, Side.B: b}
    for at in flow.rules:
        if at.rule.a is None and at.rule.b is None:
            yield problem(at.place, "A rule names a field of side a, of side b, or of both.")
            continue
        facts = {side: _facts(at, side, stream) for side, stream in streams.items()}
        yield from _direction(at)
        yield from _fields(at, streams)
        yield from _writable(at, facts)
        yield from (_one_sided(at, facts) if at.one_side else _two_sided(at, facts))


def _facts(at: RuleAt, side: Side, stream: StreamFacts | None) -> FieldFacts | None:
    name = at.rule.field(side)
    return None if stream is None or name is None else stream.by_name.get(name)


def _fields(at: RuleAt, streams: dict[Side, StreamFacts | None]) -> Iterator[Problem]:
    for side, stream in streams.items():
        name = at.rule.field(side)
        if stream is not None and name is not None and name not in stream.by_name:
            message = f"There is no field {name} on side {side}."
            yield problem((*at.place, side.value), message, nearest(name, stream.by_name))


def _direction(at: RuleAt) -> Iterator[Problem]:
    flow = at.flow.direction.value
    if at.direction is None:
        place = (*at.place, "direction") if at.rule.direction else at.place
        yield problem(
            place, f"The flow goes {flow} only, so this rule never writes.", "Remove it, or turn the flow."
        )
    elif at.one_side is not None and not list(at.targets()):
        yield problem(
            (*at.place, "direction"), "A rule with one side writes that side.", "Remove the direction."
        )


def _writable(at: RuleAt, facts: dict[Side, FieldFacts | None]) -> Iterator[Problem]:
    for side in at.targets():
        field = facts[side]
        if field is not None and not field.writable:
            away = Direction.A_TO_B if side is Side.A else Direction.B_TO_A
            fix = f"Use direction {away.value}." if at.one_side is None else "Remove the rule."
            yield problem((*at.place, side.value), f"{field.label or field.name} can't be written.", fix)


def _one_sided(at: RuleAt, facts: dict[Side, FieldFacts | None]) -> Iterator[Problem]:
    side = at.one_side or Side.B
    for key in ("values", "convert", "otherwise"):
        if key in at.rule.model_fields_set:
            yield problem(
                (*at.place, key),
                "A rule with one side has nothing to convert.",
                "Name the other side's field.",
            )
    if not at.rule.has_constant and side not in at.rule.default.given():
        yield problem(at.place, "A rule with one side needs a constant, or a default for it.")
    field = facts[side]
    if at.rule.has_constant and field is not None:
        yield from _fits((*at.place, "constant"), at.rule.constant, field)
    yield from _defaults(at, facts)


def _two_sided(at: RuleAt, facts: dict[Side, FieldFacts | None]) -> Iterator[Problem]:
    if at.rule.has_constant:
        message = "A constant is for a rule with one side."
        yield problem((*at.place, "constant"), message, "Remove the field that is not written.")
    if at.rule.values is not None and at.rule.convert:
        yield problem(
            (*at.place, "convert"), "A rule has values or transforms, not both.", "Remove one of them."
        )
    yield from _defaults(at, facts)
    if at.rule.values is not None:
        yield from _values(at, facts)
    elif at.direction is not None:
        yield from _conversion(at, facts)
    if at.rule.values is None and at.rule.otherwise.given():
        yield problem((*at.place, "otherwise"), "This is for values without a partner; there are no values.")


def _conversion(at: RuleAt, facts: dict[Side, FieldFacts | None]) -> Iterator[Problem]:
    a, b = facts[Side.A], facts[Side.B]
    place = (*at.place, "convert")
    try:
        steps = compile_chain(
            at.rule.convert, a.type if a else FieldType.TEXT, b.type if b else FieldType.TEXT
        )
    except TransformFault as fault:
        fix = (
            nearest(fault.message.rpartition(" ")[2], TRANSFORMS) if "no transform" in fault.message else None
        )
        yield problem((*place, fault.step), f"{fault.message[0].upper()}{fault.message[1:]}.", fix)
        return
    if at.direction is not Direction.A_TO_B and steps.one_way is not None:
        yield problem(
            place, f"{steps.one_way} has no way back, so this can't go to side a.", "Use direction a_to_b."
        )
    if a is not None and b is not None:
        yield from _joints(at, steps.joints())
        yield from _missing_choices(at, a, b)


def _joints(at: RuleAt, joints: Sequence[tuple[FieldType, FieldType]]) -> Iterator[Problem]:
    """Each way that is used, wherever two types meet."""
    for number, (given, taken) in enumerate(joints):
        ways = {Side.B: (given, taken), Side.A: (taken, given)}
        place = (*at.place, "convert", min(number, len(joints) - 2)) if len(joints) > 1 else at.place
        for side in at.targets():
            found = fit(*ways[side])
            source, target = (it.value for it in ways[side])
            if not found.possible:
                yield problem(place, f"{source} can't become {target}.")
            elif not found.lossless:
                fix = f"Add the transform {found.hint}." if side is Side.B else "Use direction a_to_b."
                yield problem(place, f"{source} to {target} loses something; a transform says how.", fix)


def _missing_choices(at: RuleAt, a: FieldFacts, b: FieldFacts) -> Iterator[Problem]:
    """Without a map, a choice needs one of its own name on the other side."""
    if at.rule.convert:
        return
    by_side = {Side.A: a, Side.B: b}
    for side in at.targets():
        source, target = by_side[side.other], by_side[side]
        if side not in at.rule.default.given():
            left = [it for it in source.choices or () if not target.has_choice(it)]
            yield from _without_partner(at, left, target, side)


def _values(at: RuleAt, facts: dict[Side, FieldFacts | None]) -> Iterator[Problem]:
    values = at.rule.values or {}
    place = (*at.place, "values")
    for number, (a, b) in enumerate(values.items()):
        for side, value in ((Side.A, a), (Side.B, b)):
            field = facts[side]
            if field is not None:
                yield from _fits((*place, a), value, field, suggest=number < FIXES)
    for side, value in at.rule.otherwise.given().items():
        if (field := facts[side]) is not None:
            yield from _fits((*at.place, "otherwise", side.value), value, field)
    for side in at.targets():
        source, target = facts[side.other], facts[side]
        mapped = {str(it) for it in (values if side is Side.B else values.values())}
        served = side in at.rule.otherwise.given() or side in at.rule.default.given()
        if source is not None and target is not None and not served:
            left = [it for it in source.choices or () if str(it) not in mapped]
            yield from _without_partner(at, left, target, side)


def _without_partner(at: RuleAt, left: Sequence[Value], target: FieldFacts, side: Side) -> Iterator[Problem]:
    if not left:
        return
    named = ", ".join(str(it) for it in left[:SHOWN]) + (" ..." if len(left) > SHOWN else "")
    needed = f", and {target.label or target.name} is needed to create" if target.required_on_create else ""
    fix = f"Add them, or say what serves otherwise on side {side}."
    yield problem((*at.place, "values"), f"These have no partner on side {side}{needed}: {named}.", fix)


def _defaults(at: RuleAt, facts: dict[Side, FieldFacts | None]) -> Iterator[Problem]:
    for side, value in at.rule.default.given().items():
        place = (*at.place, "default", side.value)
        if at.rule.field(side) is None or side not in at.targets():
            yield problem(place, f"The rule writes nothing to side {side}.", "Remove it.")
        elif (field := facts[side]) is not None:
            yield from _fits(place, value, field)


def _fits(
    place: tuple[str | int, ...], value: Value, field: FieldFacts, *, suggest: bool = True
) -> Iterator[Problem]:
    """A value that the document names for a field."""
    name = field.label or field.name
    if value is None:
        if not field.nullable:
            yield problem(place, f"{name} can't be empty.")
        return
    if not field.has_choice(value):
        fix = nearest(str(value), map(str, field.choices or ())) if suggest else None
        yield problem(place, f"{value} is not a choice of {name}.", fix)
    elif field.type is not FieldType.LIST:
        try:
            coerce(value, FieldType.TEXT, field.type)
        except Inconvertible as fault:
            yield problem(place, f"{name} can't hold this: {fault}.")
