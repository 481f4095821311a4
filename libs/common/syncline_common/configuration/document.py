"""The document: what the console edits, partners send, `syncline apply` reads and a run pins."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from syncline_common.configuration.problems import problems_of
from syncline_common.configuration.schedule import Timetable, interval
from syncline_common.errors import Invalid
from syncline_common.schemas.values import Direction, Side

FLOWS, RULES, VALUES, STEPS, FILTER = 50, 500, 10_000, 20, 1_000

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Ways = Literal["both", "a_to_b", "b_to_a", "none"]
ConflictPolicy = Literal["a", "b", "latest", "ask", "none"]
WhenDeleted = Literal["ignore", "close", "archive", "soft_delete"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PerSide(Part):
    """A value for one side, for both, or for none. A null is a value: "leave it empty"."""

    a: JsonValue = None
    b: JsonValue = None

    def given(self) -> dict[Side, JsonValue]:
        return {side: getattr(self, side.value) for side in Side if side.value in self.model_fields_set}


class Schedule(Part):
    every: str | None = Field(None, description="From 10s to 24h, such as 60s or 5m.")
    cron: str | None = Field(None, description="Minute, hour, day, month, weekday; UTC.")
    manual: bool = False
    webhooks: bool = True

    @model_validator(mode="after")
    def has_one_rhythm(self) -> Self:
        if sum([self.every is not None, self.cron is not None, self.manual]) > 1:
            raise ValueError("every, cron and manual exclude each other")
        if self.every is not None:
            interval(self.every)
        if self.cron is not None:
            Timetable.parse(self.cron)
        return self


class End(Part):
    stream: Name
    projects: list[Name] = Field(default=[], max_length=500)
    filter: str = Field("", max_length=FILTER, description="CEL over `record`; empty admits all.")


class FieldRule(Part):
    id: Id | None = None
    a: Name | None = None
    b: Name | None = None
    direction: Direction | None = None
    when: Literal["both", "create", "update"] = "both"
    values: dict[str, JsonValue] | None = Field(None, max_length=VALUES, description="a's values to b's.")
    otherwise: PerSide = PerSide()
    default: PerSide = PerSide()
    constant: JsonValue = None
    convert: list[str | dict[str, JsonValue]] = Field(
        default=[],
        max_length=STEPS,
        description="Transforms from a to b: a name, or a name with its parameters.",
    )

    def field(self, side: Side) -> str | None:
        return self.a if side is Side.A else self.b

    @property
    def has_constant(self) -> bool:
        return "constant" in self.model_fields_set


class Identity(Part):
    policy: Literal["create", "match_or_create", "match_or_ask"] = "create"
    keys: list[Name] = Field(default=[], max_length=20, description="Ids of rules, or fields of side a.")


class People(Part):
    match: list[Literal["email", "login"]] = ["email", "login"]
    table: dict[str, str] = Field(default={}, max_length=VALUES, description="a's people to b's.")
    default: PerSide = PerSide()


class Comments(Part):
    public: Ways = "none"
    internal: Ways = "none"
    edits: bool = True


class Links(Part):
    parent: Ways = "none"
    related: Ways = "none"


class Conflicts(Part):
    default: ConflictPolicy = "latest"
    fields: dict[str, ConflictPolicy] = Field(
        default={}, max_length=RULES, description="By field or rule id."
    )


class Deletions(Part):
    a: WhenDeleted = "ignore"
    b: WhenDeleted = "ignore"


class GuardLimits(Part):
    share: float = Field(0.05, ge=0, le=1)
    least: int = Field(10, ge=0)


class Flow(Part):
    id: Id | None = None
    name: Annotated[str, Field(max_length=200)] = ""
    a: End
    b: End
    direction: Direction = Direction.BOTH
    creates: Literal["both", "in_a", "in_b", "none"] = "both"
    identity: Identity = Identity()
    fields: list[FieldRule] = Field(default=[], max_length=RULES)
    people: People = People()
    comments: Comments = Comments()
    attachments: Ways = "none"
    links: Links = Links()
    conflicts: Conflicts = Conflicts()
    left_filter: Literal["keep", "release"] = "keep"
    when_deleted_in: Deletions = Deletions()
    guard: GuardLimits = GuardLimits()

    def end(self, side: Side) -> End:
        return self.a if side is Side.A else self.b

    def creates_in(self, side: Side) -> bool:
        return self.direction.into(side) and self.creates in ("both", f"in_{side}")


class Document(Part):
    version: Literal[1]
    schedule: Schedule = Schedule(every="60s")
    flows: list[Flow] = Field(default=[], max_length=FLOWS)


def parse(document: Any) -> Document:
    """Invalid, with every problem of form. What the systems have to say to it is validation's."""
    try:
        return Document.model_validate(document)
    except ValidationError as error:
        faults = [it for _, it in problems_of(error)]
        raise Invalid("This is not a configuration.", *faults) from error


def json_schema() -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Document.model_json_schema(),
        "title": "The configuration of a connection",
    }
