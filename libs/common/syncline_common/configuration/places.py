"""A flow and its rules, each with its place in the document, for checks that point at what they found."""

from collections.abc import Iterator
from dataclasses import dataclass

from syncline_common.configuration.document import FieldRule, Flow
from syncline_common.configuration.problems import Place
from syncline_common.schemas.values import Direction, Side


@dataclass(frozen=True, slots=True)
class RuleAt:
    place: Place
    rule: FieldRule
    flow: Flow

    @property
    def one_side(self) -> Side | None:
        """The side that a one-sided rule writes."""
        if self.rule.a is not None and self.rule.b is not None:
            return None
        return Side.A if self.rule.a is not None else Side.B

    @property
    def direction(self) -> Direction | None:
        """What the rule leaves of the flow's direction; None if nothing is left."""
        one, own = self.one_side, self.rule.direction
        if one is not None:
            own = own or (Direction.A_TO_B if one is Side.B else Direction.B_TO_A)
        return narrowed(self.flow.direction, own)

    def targets(self) -> Iterator[Side]:
        """The sides that it writes."""
        for side in Side:
            if self.rule.field(side) is not None and self.direction is not None and self.direction.into(side):
                yield side


def narrowed(flow: Direction, rule: Direction | None) -> Direction | None:
    if rule is None or rule is flow:
        return flow
    if flow is Direction.BOTH:
        return rule
    return flow if rule is Direction.BOTH else None


@dataclass(frozen=True, slots=True)
class FlowAt:
    place: Place
    flow: Flow
    rules: tuple[RuleAt, ...]
    complete: bool = True  # every rule could be read, so that what is not there is missing

    @property
    def sides(self) -> tuple[Side, Side]:
        return Side.A, Side.B
