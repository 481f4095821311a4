"""Two systems as the registry tells of them: an organization with bugs, an instance with incidents."""

from syncline_common.configuration.facts import FieldFacts, StreamFacts
from syncline_common.schemas.values import FieldType

BOARDS, DESK = "https://dev.azure.com/fabrikam", "https://contoso.service-now.com"
THIRD = "https://another.service-now.com"
T = FieldType

BUG = (
    FieldFacts("System.Title", "Title", required_on_create=True, nullable=False),
    FieldFacts("System.Description", "Description", T.RICH_TEXT),
    FieldFacts("System.State", "State", T.CHOICE, choices=("New", "Active", "Closed")),
    FieldFacts("Microsoft.VSTS.Common.Priority", "Priority", T.CHOICE, choices=(1, 2, 3, 4)),
    FieldFacts("System.AssignedTo", "Assigned To", T.PERSON),
    FieldFacts("System.CreatedDate", "Created Date", T.INSTANT, writable=False),
    FieldFacts("Microsoft.VSTS.Scheduling.DueDate", "Due Date", T.INSTANT),
)
STATES = {"1": "New", "2": "In Progress", "7": "Closed"}
INCIDENT = (
    FieldFacts("short_description", "Short description", required_on_create=True),
    FieldFacts("description", "Description", T.RICH_TEXT),
    FieldFacts("state", "State", T.CHOICE, choices=("1", "2", "7"), choice_labels=STATES),
    FieldFacts("priority", "Priority", T.CHOICE, choices=("1", "2", "3", "4", "5")),
    FieldFacts("assigned_to", "Assigned to", T.PERSON),
    FieldFacts("sys_created_on", "Created", T.INSTANT, writable=False),
    FieldFacts("due_date", "Due date", T.DATE),
    FieldFacts("u_badge", "Badge"),
)
FIELDS = {"Bug": BUG, "Task": BUG[:2], "incident": INCIDENT, "problem": INCIDENT[:3]}
STREAMS = {
    "azure_devops": (
        StreamFacts("Bug", "Bug", projects=("Fabrikam",)),
        StreamFacts("Task", "Task", projects=("Fabrikam", "Second")),
    ),
    "servicenow": (StreamFacts("incident", "Incident"), StreamFacts("problem", "Problem")),
}
KINDS = {BOARDS: "azure_devops", DESK: "servicenow", THIRD: "servicenow"}
NAMES = {BOARDS: "fabrikam", DESK: "contoso", THIRD: "another"}
