"""What a site has: projects with their kinds of issues and workflows, fields with what each takes, types of links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SLA, DESK_CLOCK = "customfield_10040", "com.atlassian.servicedesk:sd-sla-field"
CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes"


@dataclass(frozen=True, slots=True)
class Field:
    id: str
    name: str
    type: (
        str  # string, doc, option, user, number, date, datetime, array, or the name of a thing of the site's
    )
    items: str = ""
    custom: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # id and name
    set_by: str = "people"  # people: by a create or an update; else it is the site's, or has an endpoint

    @property
    def schema(self) -> dict[str, Any]:
        told: dict[str, Any] = {"type": "string" if self.type == "doc" else self.type}
        if self.items:
            told["items"] = self.items
        if self.custom:
            custom = self.custom if ":" in self.custom else f"{CUSTOM}:{self.custom}"
            return {**told, "custom": custom, "customId": int(self.id.rpartition("_")[2])}
        return {**told, "system": self.id}


def _custom(number: int, name: str, type: str, custom: str, items: str = "", *choices: str) -> Field:
    named = tuple((str(10_100 + 10 * number % 1000 + at), it) for at, it in enumerate(choices))
    return Field(f"customfield_{number}", name, type, items, custom, named)


PRIORITIES = (("1", "Highest"), ("2", "High"), ("3", "Medium"), ("4", "Low"), ("5", "Lowest"))
RESOLUTIONS = (("10000", "Done"), ("10001", "Won't Do"), ("10002", "Duplicate"))
COMPONENTS = (("10010", "Checkout"), ("10011", "Search"))
FIELDS: Mapping[str, Field] = {
    it.id: it
    for it in (
        Field("summary", "Summary", "string"),
        Field("description", "Description", "doc"),
        Field("environment", "Environment", "doc"),
        Field("issuetype", "Issue Type", "issuetype"),
        Field("project", "Project", "project"),
        Field("status", "Status", "status", set_by="site"),
        Field("resolution", "Resolution", "resolution", choices=RESOLUTIONS),
        Field("priority", "Priority", "priority", choices=PRIORITIES),
        Field("labels", "Labels", "array", "string"),
        Field("components", "Components", "array", "component", choices=COMPONENTS),
        Field("assignee", "Assignee", "user"),
        Field("reporter", "Reporter", "user"),
        Field("creator", "Creator", "user", set_by="site"),
        Field("parent", "Parent", "issuelink"),
        Field("duedate", "Due date", "date"),
        Field("created", "Created", "datetime", set_by="site"),
        Field("updated", "Updated", "datetime", set_by="site"),
        Field("issuelinks", "Linked Issues", "array", "issuelinks", set_by="site"),
        Field("attachment", "Attachment", "array", "attachment", set_by="site"),
        Field("comment", "Comment", "comments-page", set_by="site"),
        Field("subtasks", "Sub-tasks", "array", "issuelinks", set_by="site"),
        Field("watches", "Watchers", "watches", set_by="site"),
        Field("lastViewed", "Last Viewed", "datetime", set_by="site"),
        _custom(10_031, "Customer", "string", "textfield"),
        _custom(10_032, "Steps", "doc", "textarea"),
        _custom(10_033, "Severity", "option", "select", "", "Minor", "Major", "Critical"),
        _custom(10_034, "Channels", "array", "multiselect", "option", "Phone", "Mail", "Portal"),
        _custom(10_035, "Score", "number", "float"),
        _custom(10_036, "Approver", "user", "userpicker"),
        _custom(10_037, "Seen at", "datetime", "datetime"),
        Field(SLA, "Time to resolution", "sd-servicelevelagreement", custom=DESK_CLOCK, set_by="site"),
    )
}
ON_SCREEN = (
    *("summary", "description", "environment", "issuetype", "project", "priority", "labels", "components"),
    *("assignee", "reporter", "parent", "duedate"),
    *(it for it in FIELDS if it.startswith("customfield_") and it != SLA),
)


@dataclass(frozen=True, slots=True)
class IssueType:
    id: str
    name: str
    level: int = 0  # 1: an epic, -1: a sub-task


@dataclass(frozen=True, slots=True)
class Status:
    id: str
    name: str
    category: str  # new, indeterminate, done


@dataclass(frozen=True, slots=True)
class Transition:
    id: str
    name: str
    to: str  # a status by name
    of: tuple[str, ...] = ()  # from where; empty: from everywhere
    demands: tuple[str, ...] = ()  # fields of its screen


STATUSES: Mapping[str, Status] = {
    it.name: it
    for it in (
        Status("10000", "To Do", "new"),
        Status("3", "In Progress", "indeterminate"),
        Status("10001", "Done", "done"),
        Status("1", "Open", "new"),
        Status("10005", "Waiting", "indeterminate"),
        Status("5", "Resolved", "done"),
    )
}
CATEGORIES = {"new": (2, "To Do"), "indeterminate": (4, "In Progress"), "done": (3, "Done")}
SIMPLE = (
    Transition("11", "To Do", "To Do"),
    Transition("21", "In Progress", "In Progress"),
    Transition("31", "Done", "Done"),
)
STRICT = (
    Transition("4", "Start", "Waiting", ("Open",)),
    Transition("5", "Resolve", "Resolved", ("Waiting",), ("resolution",)),
    Transition("6", "Reopen", "Open", ("Resolved",)),
)
EPIC, STORY, TASK, BUG = (
    IssueType("10000", "Epic", 1),
    IssueType("10001", "Story"),
    IssueType("10002", "Task"),
    IssueType("10004", "Bug"),
)
SUB_TASK, INCIDENT = IssueType("10003", "Sub-task", -1), IssueType("10005", "Incident")


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    key: str
    name: str
    types: Sequence[IssueType] = (EPIC, STORY, TASK, BUG, SUB_TASK)
    kind: str = "software"  # projectTypeKey
    workflow: Sequence[Transition] = SIMPLE
    first: str = "To Do"
    required: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # by kind of issue, beside the usual

    def type_named(self, name: str) -> IssueType | None:
        return next((it for it in self.types if it.name == name), None)

    @property
    def statuses(self) -> list[str]:
        return list(dict.fromkeys((self.first, *(it.to for it in self.workflow))))


PROJECTS: Sequence[Project] = (
    Project("10000", "WEB", "Fabrikam Web"),
    Project(
        "10001",
        "OPS",
        "Fabrikam Operations",
        (EPIC, TASK, BUG),
        workflow=STRICT,
        first="Open",
        required={"Task": ("duedate",)},
    ),
    Project("10002", "HELP", "Fabrikam Help", (INCIDENT, TASK), "service_desk", STRICT, "Open"),
)


@dataclass(frozen=True, slots=True)
class LinkType:
    id: str
    name: str
    inward: str
    outward: str


LINK_TYPES: Sequence[LinkType] = (
    LinkType("10000", "Blocks", "is blocked by", "blocks"),
    LinkType("10001", "Cloners", "is cloned by", "clones"),
    LinkType("10003", "Relates", "relates to", "relates to"),
)
