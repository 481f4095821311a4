"""Tables and their columns as the instance's dictionary defines them; a child has its parents' columns, too."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: str
    type: str = "string"  # string, integer, boolean, glide_date_time, glide_date, reference, html, journal_input, GUID
    reference: str = ""
    longest: int = 255
    read_only: bool = False
    mandatory: bool = False
    choices: tuple[tuple[str, str], ...] = ()  # value and label
    default: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    name: str
    label: str
    columns: tuple[Column, ...]
    parent: str = ""
    prefix: str = ""  # of its numbers
    reads: str = ""  # the role that reading needs
    writes: str = "admin"  # ... and writing


SYSTEM = (
    Column("sys_id", "Sys ID", "GUID", longest=32, read_only=True),
    Column("sys_created_on", "Created", "glide_date_time", read_only=True),
    Column("sys_created_by", "Created by", longest=40, read_only=True),
    Column("sys_updated_on", "Updated", "glide_date_time", read_only=True),
    Column("sys_updated_by", "Updated by", longest=40, read_only=True),
    Column("sys_mod_count", "Updates", "integer", read_only=True),
)
LEVELS = (("1", "1 - High"), ("2", "2 - Medium"), ("3", "3 - Low"))
PRIORITIES = (
    ("1", "1 - Critical"),
    ("2", "2 - High"),
    ("3", "3 - Moderate"),
    ("4", "4 - Low"),
    ("5", "5 - Planning"),
)
INCIDENT_STATES = (
    ("1", "New"),
    ("2", "In Progress"),
    ("3", "On Hold"),
    ("6", "Resolved"),
    ("7", "Closed"),
    ("8", "Canceled"),
)
CHANGE_STATES = (
    ("-5", "New"),
    ("-4", "Assess"),
    ("-3", "Authorize"),
    ("-2", "Scheduled"),
    ("-1", "Implement"),
    ("0", "Review"),
    ("3", "Closed"),
    ("4", "Canceled"),
)
TASK = (
    Column("number", "Number", longest=40),
    Column("short_description", "Short description", longest=160),
    Column("description", "Description", longest=4000),
    Column("state", "State", "integer", choices=INCIDENT_STATES, default="1"),
    Column("impact", "Impact", "integer", choices=LEVELS, default="3"),
    Column("urgency", "Urgency", "integer", choices=LEVELS, default="3"),
    Column("priority", "Priority", "integer", choices=PRIORITIES, default="5"),
    Column("assigned_to", "Assigned to", "reference", "sys_user"),
    Column("assignment_group", "Assignment group", "reference", "sys_user_group"),
    Column("opened_at", "Opened", "glide_date_time"),
    Column("opened_by", "Opened by", "reference", "sys_user"),
    Column("closed_at", "Closed", "glide_date_time"),
    Column("due_date", "Due date", "glide_date_time"),
    Column("active", "Active", "boolean", default="true"),
    Column("company", "Company", "reference", "core_company"),
    Column("parent", "Parent", "reference", "task"),
    Column("correlation_id", "Correlation ID", longest=100),
    Column("correlation_display", "Correlation display", longest=100),
    Column("comments", "Additional comments", "journal_input", longest=4000),
    Column("work_notes", "Work notes", "journal_input", longest=4000),
    Column("sys_class_name", "Task type", "sys_class_name", longest=80, read_only=True),
)
INCIDENT = (
    Column("caller_id", "Caller", "reference", "sys_user"),
    Column(
        "category",
        "Category",
        choices=(
            ("inquiry", "Inquiry / Help"),
            ("software", "Software"),
            ("hardware", "Hardware"),
            ("network", "Network"),
        ),
        default="inquiry",
    ),
    Column(
        "close_code",
        "Resolution code",
        longest=40,
        choices=(
            ("Solution provided", "Solution provided"),
            ("Duplicate", "Duplicate"),
            ("No resolution provided", "No resolution provided"),
        ),
    ),
    Column("close_notes", "Resolution notes", longest=4000),
    Column(
        "hold_reason",
        "On hold reason",
        "integer",
        choices=(("1", "Awaiting Caller"), ("3", "Awaiting Problem"), ("4", "Awaiting Vendor")),
    ),
    Column("problem_id", "Problem", "reference", "problem"),
    Column("parent_incident", "Parent Incident", "reference", "incident"),
    Column("u_vendor_ticket", "Vendor ticket"),
)


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(it, it.replace("_", " ").capitalize()) for it in names)


TABLES: Mapping[str, Definition] = {
    it.name: it
    for it in (
        Definition("task", "Task", TASK, reads="itil", writes="itil"),
        Definition("incident", "Incident", INCIDENT, "task", "INC", "itil", "itil"),
        Definition("problem", "Problem", _text("cause_notes", "fix_notes"), "task", "PRB", "itil", "itil"),
        Definition(
            "change_request",
            "Change Request",
            (
                Column("state", "State", "integer", choices=CHANGE_STATES, default="-5"),
                Column(
                    "type", "Type", choices=(("normal", "Normal"), ("standard", "Standard")), default="normal"
                ),
                Column("risk", "Risk", "integer", choices=LEVELS, default="3"),
            ),
            "task",
            "CHG",
            "itil",
            "itil",
        ),
        Definition(  # any two tasks, in any direction, as often as somebody says so
            "task_rel_task",
            "Task Relationship",
            (
                Column("parent", "Parent", "reference", "task"),
                Column("child", "Child", "reference", "task"),
                Column("type", "Type"),
            ),
            reads="itil",
            writes="itil",
        ),
        Definition("u_vendor_case", "Vendor case", _text("u_vendor"), "task", "VEN", "itil", "itil"),
        Definition(
            "sys_user",
            "User",
            (
                *_text("user_name", "name", "email", "time_zone", "title"),
                Column("active", "Active", "boolean", default="true"),
                Column("locked_out", "Locked out", "boolean", default="false"),
                Column("web_service_access_only", "Web service access only", "boolean", default="false"),
            ),
        ),
        Definition(
            "sys_user_group",
            "Group",
            (*_text("name", "description", "email"), Column("active", "Active", "boolean", default="true")),
        ),
        Definition(
            "sys_user_grmember",
            "Group Member",
            (
                Column("user", "User", "reference", "sys_user"),
                Column("group", "Group", "reference", "sys_user_group"),
            ),
        ),
        Definition("sys_user_role", "Role", _text("name", "description")),
        Definition(
            "sys_user_has_role",
            "User Role",
            (
                Column("user", "User", "reference", "sys_user"),
                Column("role", "Role", "reference", "sys_user_role"),
                Column("inherited", "Inherited", "boolean", default="false"),
                Column("state", "State", default="active"),
            ),
            reads="itil",
        ),
        Definition(
            "core_company",
            "Company",
            (*_text("name"), Column("vendor", "Vendor", "boolean", default="false")),
        ),
        Definition(
            "sys_db_object",
            "Tables",
            (*_text("name", "label"), Column("super_class", "Extends table", "reference", "sys_db_object")),
        ),
        Definition(
            "sys_dictionary",
            "Dictionary Entry",
            (
                *_text("name", "element", "column_label", "internal_type", "reference", "choice"),
                Column("mandatory", "Mandatory", "boolean"),
                Column("max_length", "Max length", "integer"),
                Column("read_only", "Read only", "boolean"),
                Column("active", "Active", "boolean", default="true"),
            ),
            reads="personalize_dictionary",
        ),
        Definition(
            "sys_dictionary_override",
            "Dictionary Entry Override",
            (
                *_text("name", "element", "base_table"),
                Column("mandatory", "Mandatory", "boolean"),
                Column("mandatory_override", "Override mandatory", "boolean"),
                Column("read_only", "Read only", "boolean"),
                Column("read_only_override", "Override read only", "boolean"),
            ),
            reads="personalize_dictionary",
        ),
        Definition(
            "sys_choice",
            "Choice",
            (
                *_text("name", "element", "value", "label", "language", "dependent_value"),
                Column("inactive", "Inactive", "boolean", default="false"),
                Column("sequence", "Sequence", "integer"),
            ),
            reads="itil",
        ),
        Definition(
            "sys_journal_field",
            "Journal Entry",
            (*_text("name", "element", "element_id"), Column("value", "Value", longest=4000)),
            reads="itil",
            writes="nobody",
        ),
        Definition(
            "sys_audit_delete",
            "Audit Deleted Record",
            _text("tablename", "documentkey", "display_value"),
            reads="admin",
            writes="nobody",
        ),
        Definition(
            "sys_attachment",
            "Attachment",
            (
                *_text("table_name", "table_sys_id", "file_name", "content_type", "hash", "state"),
                Column("size_bytes", "Size bytes", "integer"),
            ),
            writes="nobody",
        ),
    )
}


@cache
def family(name: str) -> frozenset[str]:
    """A table and all that extend it: what a query of it returns."""
    return frozenset(it for it in TABLES if name in ancestry(it))


def ancestry(name: str) -> tuple[str, ...]:
    """From the table itself up to its root."""
    line = [name]
    while TABLES[line[-1]].parent:
        line.append(TABLES[line[-1]].parent)
    return tuple(line)


@cache
def columns_of(name: str) -> Mapping[str, Column]:
    """A child's definition goes before its parent's."""
    found = {it.name: it for it in SYSTEM}
    for table in reversed(ancestry(name)):
        found |= {it.name: it for it in TABLES[table].columns}
    return found


def is_task(name: str) -> bool:
    return "task" in ancestry(name)
