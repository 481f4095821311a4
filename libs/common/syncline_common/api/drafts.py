"""What may be sent to us: nothing unknown, and text that every database can keep."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

ONE_LINE = r"^[^\x00-\x1f\x7f]+$"


class Draft(BaseModel):
    """A body. Unknown fields are refused, so that a misspelt one is no silent default."""

    model_config = ConfigDict(extra="forbid")


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=ONE_LINE)
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")]
