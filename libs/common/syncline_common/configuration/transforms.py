"""Named transforms: what `convert` is made of. Plain steps from a to b, each with a way back or marked one-way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from syncline_common.configuration.coercion import Inconvertible, coerce
from syncline_common.schemas.values import FieldType, Value

LARGEST = 1_000_000  # characters that a step may make


class TransformFault(ValueError):
    """A step that can't be used, in words for its author. `step` counts from 0."""

    def __init__(self, message: str, step: int, fix: str | None = None) -> None:
        super().__init__(message)
        self.message, self.step, self.fix = message, step, fix


class WayBack(StrEnum):
    EXACT = "exact"  # what went through comes back as it was
    AS_IS = "as_is"  # b's value is a fitting a's value already: lower, trim
    NONE = "none"  # one-way


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: Kind = Kind.TEXT
    required: bool = True
    default: Any = None
    least: float | None = None
    most: float | None = None


Run = Callable[[Value], Value]


@dataclass(frozen=True, slots=True)
class Step:
    """A transform with its parameters. Values that come in are never empty."""

    forward: Run
    backward: Run | None = None


@dataclass(frozen=True, slots=True)
class Transform:
    name: str
    summary: str
    takes: FieldType
    gives: FieldType
    build: Callable[..., Step]  # with the parameters by name; ValueError if they make no sense together
    parameters: tuple[Parameter, ...] = ()
    way_back: WayBack = WayBack.NONE


@dataclass(frozen=True, slots=True)
class Chain:
    """From a's type to b's, through steps, and back."""

    source: FieldType
    target: FieldType
    steps: tuple[tuple[Transform, Step], ...] = ()

    @property
    def one_way(self) -> str | None:
        """The name of the first step that has no way back."""
        return next((transform.name for transform, step in self.steps if step.backward is None), None)

    def joints(self) -> list[tuple[FieldType, FieldType]]:
        """Where types meet: before each step and after the last."""
        given = [self.source, *(transform.gives for transform, _ in self.steps)]
        taken = [*(transform.takes for transform, _ in self.steps), self.target]
        return list(zip(given, taken, strict=True))

    def forward(self, value: Value) -> Value:
        """Inconvertible names the value. What comes out may be empty."""
        for (given, taken), (_, step) in zip(self.joints(), self.steps, strict=False):
            value = _through(step.forward, value, given, taken)
        return _through(None, value, *self.joints()[-1])

    def backward(self, value: Value) -> Value:
        joints = self.joints()
        value = _through(None, value, joints[-1][1], joints[-1][0])
        for (given, taken), (transform, step) in zip(joints[-2::-1], self.steps[::-1], strict=True):
            if step.backward is None:
                raise Inconvertible(f"{transform.name} has no way back")
            value = _through(step.backward, value, transform.gives, transform.gives)
            value = _through(None, value, taken, given)
        return value


def _through(run: Run | None, value: Value, given: FieldType, taken: FieldType) -> Value:
    if value is None or value in ("", []):
        return None
    value = coerce(value, given, taken)
    made = value if run is None else run(value)
    if isinstance(made, str) and len(made) > LARGEST:
        raise Inconvertible(f"it would have more than {LARGEST} characters")
    return made


def chain(
    convert: Sequence[str | Mapping[str, Any]],
    source: FieldType,
    target: FieldType,
    known: Mapping[str, Transform],
) -> Chain:
    """TransformFault for the first step that can't be used."""
    return Chain(source, target, tuple(_step(raw, number, known) for number, raw in enumerate(convert)))


def _step(
    raw: str | Mapping[str, Any], number: int, known: Mapping[str, Transform]
) -> tuple[Transform, Step]:
    if not isinstance(raw, str) and len(raw) != 1:
        raise TransformFault("a step is one transform: a name, or a name with its parameters", number)
    name, given = (raw, {}) if isinstance(raw, str) else next(iter(raw.items()))
    transform = known.get(name)
    if transform is None:
        raise TransformFault(f"there is no transform {name}", number)
    try:
        return transform, transform.build(**_parameters(transform, given))
    except ValueError as error:
        raise TransformFault(f"{name}: {error}", number) from error


def _parameters(transform: Transform, given: Any) -> dict[str, Any]:
    """By name; or a list in their order; or the first one alone: `{clamp: [1, 4]}`, `{prefix: "x-"}`."""
    names = [it.name for it in transform.parameters]
    if isinstance(given, list) and not (len(names) == 1 and transform.parameters[0].kind is Kind.TEXTS):
        if len(given) > len(names):
            raise ValueError(f"takes {len(names)} parameters, not {len(given)}")
        given = dict(zip(names, given, strict=False))
    elif not isinstance(given, Mapping):
        given = {names[0]: given} if names else {"value": given}
    if unknown := sorted(set(given) - set(names)):
        raise ValueError(f"has no parameter {unknown[0]}")
    return {
        it.name: _checked(it, given[it.name]) if it.name in given else _left_out(it)
        for it in transform.parameters
    }


def _left_out(parameter: Parameter) -> Any:
    if parameter.required:
        raise ValueError(f"needs {parameter.name}")
    return parameter.default


def _checked(parameter: Parameter, value: Any) -> Any:
    fits = {
        Kind.TEXT: isinstance(value, str) and len(value) <= 500,
        Kind.INTEGER: isinstance(value, int) and not isinstance(value, bool),
        Kind.NUMBER: isinstance(value, int | float) and not isinstance(value, bool),
        Kind.TEXTS: isinstance(value, list)
        and 0 < len(value) <= 100
        and all(isinstance(it, str) for it in value),
    }[parameter.kind]
    if not fits:
        raise ValueError(f"{parameter.name} is {parameter.kind.value}")
    if (parameter.least is not None and value < parameter.least) or (
        parameter.most is not None and value > parameter.most
    ):
        raise ValueError(f"{parameter.name} goes from {parameter.least:g} to {parameter.most:g}")
    return value
