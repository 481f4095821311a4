"""Work item types, fields with their types and choices, and states, as a process defines them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline_sandbox.azure_devops.accounts import ACCOUNTS

LONG = 1_000_000


@dataclass(frozen=True, slots=True)
class Field:
    ref: str
    name: str
    type: str  # string, integer, double, dateTime, html, plainText, treePath, history, boolean
    read_only: bool = False
    is_identity: bool = False
    longest: int = 255


@dataclass(frozen=True, slots=True)
class State:
    name: str
    category: str
    color: str = "b2b2b2"


@dataclass(frozen=True, slots=True)
class ItemType:
    """`moves`: from a state to those that a rule of the process allows; None allows every one."""

    name: str
    fields: tuple[str, ...]
    states: tuple[State, ...]
    required: tuple[str, ...] = ("System.Title", "System.State")
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)
    moves: Mapping[str, tuple[str, ...]] | None = None


def _fields(*rows: Field) -> dict[str, Field]:
    return {row.ref: row for row in rows}


FIELDS: Mapping[str, Field] = _fields(
    Field("System.Id", "ID", "integer", True),
    Field("System.Rev", "Rev", "integer", True),
    Field("System.TeamProject", "Team Project", "string"),
    Field("System.WorkItemType", "Work Item Type", "string"),
    Field("System.AreaPath", "Area Path", "treePath"),
    Field("System.IterationPath", "Iteration Path", "treePath"),
    Field("System.Title", "Title", "string"),
    Field("System.State", "State", "string"),
    Field("System.Reason", "Reason", "string"),
    Field("System.AssignedTo", "Assigned To", "string", is_identity=True),
    Field("System.CreatedDate", "Created Date", "dateTime", True),
    Field("System.CreatedBy", "Created By", "string", True, True),
    Field("System.ChangedDate", "Changed Date", "dateTime", True),
    Field("System.ChangedBy", "Changed By", "string", True, True),
    Field("System.Description", "Description", "html", longest=LONG),
    Field("System.History", "History", "history", longest=LONG),
    Field("System.Tags", "Tags", "plainText", longest=LONG),
    Field("System.Parent", "Parent", "integer", True),
    Field("System.CommentCount", "Comment Count", "integer", True),
    Field("System.HyperLinkCount", "Hyperlink Count", "integer", True),
    Field("System.AttachedFileCount", "Attached File Count", "integer", True),
    Field("System.IsDeleted", "Is Deleted", "boolean", True),
    Field("Microsoft.VSTS.Common.Priority", "Priority", "integer"),
    Field("Microsoft.VSTS.Common.Severity", "Severity", "string"),
    Field("Microsoft.VSTS.Common.StateChangeDate", "State Change Date", "dateTime", True),
    Field("Microsoft.VSTS.Common.AcceptanceCriteria", "Acceptance Criteria", "html", longest=LONG),
    Field("Microsoft.VSTS.TCM.ReproSteps", "Repro Steps", "html", longest=LONG),
    Field("Microsoft.VSTS.Scheduling.StoryPoints", "Story Points", "double"),
    Field("Microsoft.VSTS.Scheduling.RemainingWork", "Remaining Work", "double"),
    Field("Microsoft.VSTS.Scheduling.DueDate", "Due Date", "dateTime"),
    Field("Custom.SyncId", "Sync Id", "string"),
    Field("Custom.Customer", "Customer", "string"),
    Field("Custom.Billable", "Billable", "boolean"),
)

SAID_OTHERWISE = {"System.CreatedBy": False, "System.ChangedBy": False, "System.IterationPath": True}

EVERYWHERE = (
    *(ref for ref in FIELDS if ref.startswith("System.")),
    "Microsoft.VSTS.Common.Priority",
    "Microsoft.VSTS.Common.StateChangeDate",
    "Custom.SyncId",
    "Custom.Customer",
)
STATES = (
    State("New", "Proposed"),
    State("Active", "InProgress", "007acc"),
    State("Resolved", "Resolved", "ff9d00"),
    State("Closed", "Completed", "339933"),
)
PRIORITIES = ("1", "2", "3", "4")
SEVERITIES = ("1 - Critical", "2 - High", "3 - Medium", "4 - Low")
_PRIORITY = {"Microsoft.VSTS.Common.Priority": PRIORITIES}

TYPES: Mapping[str, ItemType] = {
    it.name: it
    for it in (
        ItemType(
            "Bug",
            (
                *EVERYWHERE,
                "Microsoft.VSTS.Common.Severity",
                "Microsoft.VSTS.TCM.ReproSteps",
                "Microsoft.VSTS.Scheduling.DueDate",
                "Custom.Billable",
            ),
            STATES,
            choices={**_PRIORITY, "Microsoft.VSTS.Common.Severity": SEVERITIES},
            defaults={"Microsoft.VSTS.Common.Priority": 2, "Microsoft.VSTS.Common.Severity": "3 - Medium"},
        ),
        ItemType(
            "Task",
            (*EVERYWHERE, "Microsoft.VSTS.Scheduling.RemainingWork", "Microsoft.VSTS.Scheduling.DueDate"),
            (State("New", "Proposed"), State("Active", "InProgress"), State("Closed", "Completed")),
            choices=_PRIORITY,
            defaults={"Microsoft.VSTS.Common.Priority": 2},
        ),
        ItemType(
            "User Story",
            (
                *EVERYWHERE,
                "Microsoft.VSTS.Scheduling.StoryPoints",
                "Microsoft.VSTS.Common.AcceptanceCriteria",
            ),
            (*STATES, State("Removed", "Removed", "ffffff")),
            choices=_PRIORITY,
            defaults={"Microsoft.VSTS.Common.Priority": 2},
        ),
        ItemType(  # of an inherited process, with rules of its own
            "Service Request",
            (*EVERYWHERE, "Custom.Billable"),
            (State("Requested", "Proposed"), State("Approved", "InProgress"), State("Done", "Completed")),
            required=("System.Title", "System.State", "Custom.Customer"),
            moves={"Requested": ("Approved",), "Approved": ("Requested", "Done"), "Done": ("Approved",)},
        ),
    )
}


def type_document(type: ItemType, base: str) -> dict[str, object]:
    return {
        "name": type.name,
        "referenceName": f"Microsoft.VSTS.WorkItemTypes.{type.name.replace(' ', '')}",
        "isDisabled": False,
        "url": f"{base}/_apis/wit/workItemTypes/{type.name}",
        "states": [state_document(it) for it in type.states],
        "fields": [type_field_document(type, ref) for ref in type.fields],
    }


def state_document(state: State) -> dict[str, object]:
    return {"name": state.name, "color": state.color, "category": state.category}


def type_field_document(type: ItemType, ref: str, *, all_of_it: bool = False) -> dict[str, object]:
    field = FIELDS[ref]
    document: dict[str, object] = {
        "referenceName": ref,
        "name": field.name,
        "alwaysRequired": ref in type.required,
        "defaultValue": type.defaults.get(ref),
        "helpText": None,
    }
    if all_of_it:
        states = tuple(it.name for it in type.states)
        document["allowedValues"] = list(states if ref == "System.State" else type.choices.get(ref, ()))
        if field.is_identity:
            document["allowedValues"] = [
                {"displayName": it.display, "id": it.id, "uniqueName": it.name} for it in ACCOUNTS
            ]
        document["dependentFields"] = []
    return document


def field_document(field: Field, base: str) -> dict[str, object]:
    return {
        "name": field.name,
        "referenceName": field.ref,
        "type": field.type,
        "usage": "workItem",
        "readOnly": SAID_OTHERWISE.get(field.ref, field.read_only),
        "canSortBy": field.type not in ("html", "history"),
        "isQueryable": True,
        "isIdentity": field.is_identity,
        "isPicklist": False,
        "isPicklistSuggested": False,
        "url": f"{base}/_apis/wit/fields/{field.ref}",
    }
