"""What an organization says of its fields and people is not all to be taken at its word."""

from connectors.azure_devops.answers import FIELDS, listed
from connectors.standin import StandIn
from syncline_common.connectors.azure_devops.reader import AzureDevOpsReader

TEAM = "GET /_apis/projects/Web/teams"


async def test_what_may_be_written_is_not_always_what_is_said() -> None:
    told = {
        "System.IterationPath": True,
        "System.AreaPath": False,
        "System.CreatedBy": False,
        "System.ChangedBy": False,
        "System.CreatedDate": True,
        "System.Reason": False,
    }
    fields = [
        {"referenceName": it, "name": it, "type": "string", "readOnly": flag} for it, flag in told.items()
    ]
    found = await AzureDevOpsReader(StandIn({FIELDS: listed(*fields)})).fields("Bug")
    writable = {it.name for it in found if it.writable}
    assert writable == {"System.IterationPath", "System.AreaPath", "System.Reason"}


async def test_people_are_no_choices_and_numbers_are() -> None:
    everywhere = [
        {"referenceName": "System.AssignedTo", "name": "Assigned To", "type": "string", "isIdentity": True},
        {"referenceName": "Custom.Size", "name": "Size", "type": "integer"},
        {"referenceName": "System.Title", "name": "Title", "type": "string"},
    ]
    here = [
        {
            "referenceName": "System.AssignedTo",
            "allowedValues": [{"displayName": "Desk"}, "Build <b@x.example>"],
        },
        {"referenceName": "Custom.Size", "allowedValues": ["1", 2]},
        {"referenceName": "System.Title", "allowedValues": []},
    ]
    path = "GET /Web/_apis/wit/workitemtypes/Bug/fields"
    out = StandIn({FIELDS: listed(*everywhere), path: listed(*here)})
    found = await AzureDevOpsReader(out).fields("Bug", "Web")
    assert [(it.type.value, it.choices) for it in found] == [
        ("person", None),
        ("number", ("1", "2")),
        ("text", None),
    ]


async def test_who_has_no_unique_name_goes_by_the_one_shown() -> None:
    left = {"identity": {"id": "1", "displayName": "Retired desk", "uniqueName": ""}}
    service = {"identity": {"id": "2", "displayName": "Build service"}}
    answers = {TEAM: [listed({"id": "t"}), listed()], f"{TEAM}/t/members": [listed(left, service), listed()]}
    found = await AzureDevOpsReader(StandIn(answers)).people("", "Web")
    assert [(it.key, it.email) for it in found] == [("Retired desk", None), ("Build service", None)]
