"""/registry/v1/systems/{id}/...: what there is to choose from in a system"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field, StringConstraints

from syncline_common.api.auth import ByCaller
from syncline_common.api.problems import problems
from syncline_common.api.transactions import routes
from syncline_common.errors import Conflict, NotFound
from syncline_registry.actions.discovery import Question, discover_as
from syncline_registry.own import ByDatabase, ByOwn

router = routes("/registry/v1/systems/{system_id}", "systems")

Refresh = Annotated[bool, Query(description="Ask the system again, instead of what it said lately.")]
Network = Annotated[
    UUID | None, Query(description="By the credential of this network's node; else any that you may use.")
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Project = Annotated[Name | None, Query(description="As it is called in the system.")]


class ProjectView(BaseModel):
    id: str
    name: str


class ProjectsView(BaseModel):
    items: list[ProjectView]


class StreamView(BaseModel):
    """A record type. `projects`: where it is found; none where a system has no projects."""

    name: str
    label: str
    projects: list[str]


class StreamsView(BaseModel):
    items: list[StreamView]


class FieldView(BaseModel):
    name: str
    label: str
    type: str
    writable: bool
    required_on_create: bool
    choices: list[Any] | None
    choice_labels: dict[str, str] = Field(
        {}, description="What people call a choice, where that is not the choice."
    )
    nullable: bool


class FieldsView(BaseModel):
    items: list[FieldView]


class PersonView(BaseModel):
    """`key` is what a field for a person holds."""

    key: str
    name: str
    email: str | None
    login: str | None
    active: bool


class PeopleView(BaseModel):
    items: list[PersonView]


@router.get("/projects", responses=problems(NotFound, Conflict))
async def list_projects(
    system_id: UUID,
    caller: ByCaller,
    own: ByOwn,
    db: ByDatabase,
    network_id: Network = None,
    refresh: Refresh = False,
) -> ProjectsView:
    """Its projects; none, if it has no such thing."""
    at = (system_id, network_id)
    found = await discover_as(db, own, caller, at, Question("projects"), refresh=refresh)
    return ProjectsView.model_validate({"items": found})


@router.get("/streams", responses=problems(NotFound, Conflict))
async def list_streams(
    system_id: UUID,
    caller: ByCaller,
    own: ByOwn,
    db: ByDatabase,
    network_id: Network = None,
    project: Project = None,
    refresh: Refresh = False,
) -> StreamsView:
    """Its record types, in one project or in all."""
    at, question = (system_id, network_id), Question("streams", project=project)
    found = await discover_as(db, own, caller, at, question, refresh=refresh)
    return StreamsView.model_validate({"items": found})


@router.get("/streams/{name}/fields", responses=problems(NotFound, Conflict))
async def list_fields(
    system_id: UUID,
    name: Name,
    caller: ByCaller,
    own: ByOwn,
    db: ByDatabase,
    network_id: Network = None,
    project: Project = None,
    refresh: Refresh = False,
) -> FieldsView:
    """The fields of a record type. Which are required, and what may be chosen, can differ from project to project."""
    at, question = (system_id, network_id), Question("fields", name, project)
    found = await discover_as(db, own, caller, at, question, refresh=refresh)
    return FieldsView.model_validate({"items": found})


@router.get("/people", responses=problems(NotFound, Conflict))
async def list_people(
    system_id: UUID,
    caller: ByCaller,
    own: ByOwn,
    db: ByDatabase,
    q: Annotated[Name, Query(description="Part of a name, address or login.")],
    network_id: Network = None,
    project: Project = None,
    refresh: Refresh = False,
) -> PeopleView:
    """Those whom a field for a person may name."""
    at, question = (system_id, network_id), Question("people", project=project, text=q)
    found = await discover_as(db, own, caller, at, question, refresh=refresh)
    return PeopleView.model_validate({"items": found})
