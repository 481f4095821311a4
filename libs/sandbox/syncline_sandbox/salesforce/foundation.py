"""What the organisation comes with: users, queues, the statuses of cases."""

from syncline_sandbox.salesforce.objects import Objects
from syncline_sandbox.salesforce.schema import STATUSES

SYSTEM = "admin@contoso.example"
QUEUES = ("Service Desk", "Network", "Software")


def lay(objects: Objects) -> None:
    store = objects.store
    for account in objects.accounts:
        id = objects.next_id("User")
        objects.users[account.username] = id
        values = {
            "Username": account.username,
            "Name": account.name,
            "Email": account.username,
            "IsActive": account.active,
            "UserType": "Standard",
        }
        store.begin_with("User", id, values, SYSTEM)
    for name in QUEUES:
        store.begin_with("Group", objects.next_id("Group"), {"Name": name, "Type": "Queue"}, SYSTEM)
    for number, (status, closed) in enumerate(STATUSES.items()):
        values = {
            "MasterLabel": status,
            "ApiName": status,
            "SortOrder": number + 1,
            "IsDefault": number == 0,
            "IsClosed": closed,
        }
        store.begin_with("CaseStatus", objects.next_id("CaseStatus"), values, SYSTEM)
