"""The words for a field that is not valid are for people."""

from typing import Annotated, Self

import pytest
from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator

from syncline_common.api.problems import plainly


class Form(BaseModel):
    name: Annotated[str, Field(pattern=r"^[^\x00]+$")] = "Support"
    secret: Annotated[SecretStr, Field(min_length=12)] = SecretStr("long enough to do")
    age: int = 1
    tags: Annotated[list[str], Field(min_length=1)] = ["one"]

    @model_validator(mode="after")
    def is_of_age(self) -> Self:
        if self.age < 0:
            raise ValueError("give an age")
        return self


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "\x00", "This has a character or a form that is not taken here"),
        ("secret", "short", "12 characters or more are needed"),
        ("tags", [], "List should have at least 1 item after validation, not 0"),
        ("age", -1, "give an age"),
        ("age", "x", "Input should be a valid integer, unable to parse string as an integer"),
    ],
)
def test_it_is_said_plainly(field: str, value: object, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Form.model_validate({field: value})
    (error,) = refused.value.errors()
    assert plainly(error) == told
