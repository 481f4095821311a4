"""The objects of the organisation: cases with a few fields of its own, and what hangs on them."""

from collections.abc import Mapping

from syncline_sandbox.salesforce.fields import Field, SObject, entity, fixed, reference


def _same(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((it, it) for it in values)


MARKER = "Syncline_Id__c"
STATUSES = {  # and whether a case that has it is closed
    "New": False,
    "Working": False,
    "Escalated": False,
    "Closed": True,
    "Merged": True,
}
CASE = entity(
    "Case",
    "Case",
    "500",
    fixed("MasterRecordId", "Master Record ID", "reference", refers_to=("Case",), nillable=True),
    fixed("CaseNumber", "Case Number", length=30, defaulted=True),
    reference("ContactId", "Contact ID", "Contact"),
    reference("AccountId", "Account ID", "Account"),
    reference("ParentId", "Parent Case ID", "Case"),
    Field("SuppliedName", "Name", length=80),
    Field("SuppliedEmail", "Email Address", "email", 80),
    Field("SuppliedPhone", "Phone", length=40),
    Field("SuppliedCompany", "Company", length=80),
    Field("Type", "Case Type", "picklist", 255, _same("Mechanical", "Electrical", "Structural", "Other")),
    Field("Status", "Status", "picklist", 255, _same(*STATUSES), defaulted=True),
    Field("Reason", "Case Reason", "picklist", 255, _same("Installation", "Performance", "Breakdown")),
    Field("Origin", "Case Origin", "picklist", 255, _same("Phone", "Email", "Web")),
    Field("Subject", "Subject", "string", 255),
    Field(
        "Priority",
        "Priority",
        "picklist",
        255,
        (("High", "High"), ("Medium", "Medium"), ("Low", "Low priority")),
        inactive=("Trivial",),
        defaulted=True,
    ),
    Field("Description", "Description", "textarea", 32_000, filterable=False),
    fixed("IsClosed", "Closed", "boolean"),
    fixed("ClosedDate", "Closed Date", "datetime", nillable=True),
    Field("IsEscalated", "Escalated", "boolean", nillable=False),
    Field(
        "OwnerId",
        "Owner ID",
        "reference",
        18,
        refers_to=("Group", "User"),
        relationship="Owner",
        nillable=False,
        defaulted=True,
    ),
    fixed("ContactEmail", "Contact Email", "email", length=80, nillable=True),
    Field("Comments", "Internal Comments", "textarea", 4000, filterable=False),
    fixed("LastViewedDate", "Last Viewed Date", "datetime", nillable=True),
    fixed("LastReferencedDate", "Last Referenced Date", "datetime", nillable=True),
    Field(MARKER, "Syncline id", "string", 255, external=True, unique=True),
    Field("Region__c", "Region", "picklist", 255, _same("North", "South"), restricted=True),
    Field("Topics__c", "Topics", "multipicklist", 4099, _same("Billing", "Delivery", "Quality")),
    Field("Effort__c", "Effort", "double"),
    Field("Due__c", "Due", "date"),
    Field("Promised__c", "Promised", "datetime"),
    Field("Notes__c", "Notes", "textarea", 32_768, html=True, filterable=False),
    fixed("Age_Hours__c", "Age in hours", "double", nillable=True, calculated=True),
)
COMMENT = entity(
    "CaseComment",
    "Case Comment",
    "00a",
    reference("ParentId", "Parent ID", "Case", nillable=False, updateable=False),
    Field("IsPublished", "Published", "boolean", nillable=False),
    Field("CommentBody", "Body", "textarea", 4000, filterable=False),
)
VERSION = entity(
    "ContentVersion",
    "Content Version",
    "068",
    reference("ContentDocumentId", "ContentDocument ID", "ContentDocument", updateable=False),
    fixed("IsLatest", "Is Latest", "boolean"),
    Field("Title", "Title", length=255),
    Field("PathOnClient", "Path On Client", length=500, updateable=False),
    fixed("FileExtension", "File Extension", nillable=True, length=40),
    fixed("FileType", "File Type", length=20),
    fixed("ContentSize", "Size", "int", nillable=True),
    Field("VersionData", "Version Data", "base64", filterable=False),
    reference("FirstPublishLocationId", "First Publish Location ID", "Case", updateable=False),
)
DOCUMENT = entity(
    "ContentDocument",
    "Content Document",
    "069",
    fixed("Title", "Title", length=255),
    fixed("FileExtension", "File Extension", nillable=True, length=40),
    fixed("FileType", "File Type", nillable=True, length=20),
    fixed("ContentSize", "Size", "int", nillable=True),
    fixed(
        "LatestPublishedVersionId",
        "Latest Published Version ID",
        "reference",
        refers_to=("ContentVersion",),
        relationship="LatestPublishedVersion",
        nillable=True,
    ),
    writable=False,
)
LINK = entity(
    "ContentDocumentLink",
    "Content Document Link",
    "06A",
    reference("LinkedEntityId", "Linked SObject ID", "Case", nillable=False, updateable=False),
    reference("ContentDocumentId", "ContentDocument ID", "ContentDocument", nillable=False, updateable=False),
    Field("ShareType", "Share Type", "picklist", 40, _same("V", "C", "I"), updateable=True),
)
ATTACHMENT = entity(
    "Attachment",
    "Attachment",
    "00P",
    reference("ParentId", "Parent ID", "Case", nillable=False, updateable=False),
    Field("Name", "File Name", length=255, nillable=False),
    Field("ContentType", "Content Type", length=120),
    fixed("BodyLength", "Body Length", "int", nillable=True),
    Field("Body", "Body", "base64", filterable=False, nillable=False),
)
USER = entity(
    "User",
    "User",
    "005",
    Field("Username", "Username", length=80, nillable=False),
    fixed("Name", "Full Name", length=121),
    Field("Email", "Email", "email", 128, nillable=False),
    Field("IsActive", "Active", "boolean", nillable=False),
    fixed("UserType", "User Type", "picklist", choices=_same("Standard", "AutomatedProcess")),
    writable=False,
)
GROUP = entity(
    "Group",
    "Group",
    "00G",
    Field("Name", "Name", length=40, nillable=False),
    Field("Type", "Type", "picklist", 40, _same("Queue", "Regular")),
    Field("Email", "Email", "email", 255),
    writable=False,
)
STATUS = entity(
    "CaseStatus",
    "Case Status Value",
    "01J",
    fixed("MasterLabel", "Master Label", length=765),
    fixed("ApiName", "API Name", length=765),
    fixed("SortOrder", "Sort Order", "int", nillable=True),
    fixed("IsDefault", "Is Default", "boolean"),
    fixed("IsClosed", "Is Closed", "boolean"),
    writable=False,
)
ACCOUNT = entity("Account", "Account", "001", Field("Name", "Account Name", length=255, nillable=False))
CONTACT = entity("Contact", "Contact", "003", Field("Email", "Email", "email", 80))
ENTITIES: Mapping[str, SObject] = {
    it.name: it
    for it in (
        CASE,
        COMMENT,
        VERSION,
        DOCUMENT,
        LINK,
        ATTACHMENT,
        USER,
        GROUP,
        STATUS,
        ACCOUNT,
        CONTACT,
    )
}
