"""What a configuration looks like, and which transforms its rules may name: for editors and programs."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, JsonValue

from syncline_common.api.auth import ByCaller
from syncline_common.api.lists import ListView
from syncline_common.api.problems import problems
from syncline_common.configuration.catalogue import catalogue
from syncline_common.configuration.document import json_schema

router = APIRouter(prefix="/connections/v1", tags=["configuration"])


class ParameterView(BaseModel):
    name: str
    kind: str
    required: bool
    default: JsonValue


class TransformView(BaseModel):
    """`way_back`: exact, as_is or none; without one, a rule can't write to side a."""

    name: str
    summary: str
    takes: str
    gives: str
    way_back: str
    parameters: list[ParameterView]


@router.get(
    "/configuration.schema.json",
    summary="The JSON Schema of a connection's configuration",
    responses=problems(),
)
async def get_configuration_schema() -> dict[str, Any]:
    """Of the document that the console edits, partners send and a run pins; YAML and JSON are the same document."""
    return json_schema()


@router.get("/transforms", responses=problems())
async def list_transforms(caller: ByCaller) -> ListView[TransformView]:
    """The transforms that `convert` knows, with their parameters; all in one answer."""
    found = [TransformView.model_validate(it) for it in catalogue()]
    return ListView[TransformView](items=found, next_cursor=None)
