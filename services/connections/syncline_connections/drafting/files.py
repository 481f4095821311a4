"""A connection as a file: what `export` writes, and `plan` and `apply` read. Systems by address, the network by name."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)

from syncline_common.configuration.problems import problems_of
from syncline_common.configuration.reading import dump, load
from syncline_common.errors import Invalid
from syncline_common.schemas.storable import storable
from syncline_connections.domain.wanted import EndWanted

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=10_000)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SystemInFile(Part):
    """Credentials only for a system that is new in the network; better a ticket than a secret."""

    url: Address
    kind: Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9_]+$")] | None = None
    ticket: Secret | None = None
    auth: dict[str, Secret] | None = Field(None, max_length=12)

    @model_validator(mode="after")
    def has_one_proof(self) -> Self:
        if self.ticket is not None and self.auth is not None:
            raise ValueError("Give a ticket or auth, not both")
        return self

    def wanted(self) -> EndWanted:
        auth = None if self.auth is None else {name: it.get_secret_value() for name, it in self.auth.items()}
        ticket = None if self.ticket is None else self.ticket.get_secret_value()
        return EndWanted(None, self.url, self.kind, ticket, auth)


class ConnectionFile(Part):
    network: Line
    name: Line
    description: Text = ""
    template: Literal["work_items", "people", "assets"] = "work_items"
    a: SystemInFile
    b: SystemInFile
    configuration: Annotated[dict[str, JsonValue], AfterValidator(storable)]


def parsed(text: bytes) -> ConnectionFile:
    """YAML or JSON; Invalid points at what is wrong, and never repeats it: it may be a secret."""
    try:
        return ConnectionFile.model_validate(load(text.decode()))
    except UnicodeDecodeError:
        raise Invalid("This is no text in UTF-8") from None
    except ValidationError as error:
        faults = [it for _, it in problems_of(error)]
        raise Invalid("This is not the file of a connection", *faults) from None


def written(facts: dict[str, Any]) -> str:
    """As YAML that `parsed` reads back."""
    return dump(facts)


def file_schema() -> dict[str, Any]:
    """Whole by itself, so that it may stand anywhere in another document."""
    schema = ConnectionFile.model_json_schema()
    found: dict[str, Any] = _inlined(schema, schema.pop("$defs"))
    return found


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(it, parts) for it in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"].rsplit("/", 1)[1]], parts)
    return {name: _inlined(it, parts) for name, it in schema.items()}
