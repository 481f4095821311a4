"""Configurations as they are sent: any JSON object that can be kept."""

from typing import Annotated

from pydantic import AfterValidator, JsonValue

from syncline_common.schemas.storable import storable

Document = Annotated[dict[str, JsonValue], AfterValidator(storable)]
