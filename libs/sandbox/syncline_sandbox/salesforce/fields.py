"""What a field of an object is, and how the describe resource tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SOAP = {
    "boolean": "xsd:boolean",
    "double": "xsd:double",
    "int": "xsd:int",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "base64": "xsd:base64Binary",
    "id": "tns:ID",
    "reference": "tns:ID",
}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    type: str = "string"
    length: int = 0
    choices: tuple[tuple[str, str], ...] = ()  # value and label
    inactive: tuple[str, ...] = ()  # choices that were taken out of use
    refers_to: tuple[str, ...] = ()
    relationship: str = ""  # the name by which a query walks along the reference
    writable: bool = True
    updateable: bool = True
    nillable: bool = True
    defaulted: bool = False
    restricted: bool = False
    external: bool = False
    unique: bool = False
    calculated: bool = False
    html: bool = False
    filterable: bool = True

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    def described(self) -> dict[str, Any]:
        listed = [_choice(value, label, active=True) for value, label in self.choices]
        listed += [_choice(it, it, active=False) for it in self.inactive]
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "soapType": SOAP.get(self.type, "xsd:string"),
            "length": self.length,
            "byteLength": self.length * 3,
            "custom": self.custom,
            "createable": self.writable,
            "updateable": self.writable and self.updateable,
            "nillable": self.nillable,
            "defaultedOnCreate": self.defaulted or self.type == "boolean",
            "calculated": self.calculated,
            "autoNumber": False,
            "filterable": self.filterable,
            "sortable": self.filterable,
            "groupable": self.filterable,
            "externalId": self.external,
            "idLookup": self.external or self.type == "id",
            "unique": self.unique,
            "caseSensitive": self.unique,
            "restrictedPicklist": self.restricted,
            "dependentPicklist": False,
            "htmlFormatted": self.html,
            "extraTypeInfo": "richtextarea" if self.html else None,
            "picklistValues": listed,
            "referenceTo": list(self.refers_to),
            "relationshipName": self.relationship or None,
            "compoundFieldName": None,
            "deprecatedAndHidden": False,
            "inlineHelpText": None,
        }


def _choice(value: str, label: str, *, active: bool) -> dict[str, Any]:
    return {"value": value, "label": label, "active": active, "defaultValue": False, "validFor": None}


@dataclass(frozen=True, slots=True)
class SObject:
    """An object of the organisation: what Salesforce calls an sObject."""

    name: str
    label: str
    prefix: str
    fields: Mapping[str, Field]
    writable: bool = True
    custom: bool = False

    def field(self, name: str) -> Field | None:
        """Names are not case-sensitive."""
        return self.fields.get(name.lower())


def fixed(name: str, label: str, type: str = "string", **more: Any) -> Field:
    """What the organisation itself keeps."""
    return Field(name, label, type, writable=False, **{"nillable": False, **more})


def reference(name: str, label: str, to: str, relationship: str = "", **more: Any) -> Field:
    return Field(
        name, label, "reference", 18, refers_to=(to,), relationship=relationship or name[:-2], **more
    )


SYSTEM = (
    fixed("Id", "Record ID", "id", length=18, defaulted=True),
    fixed("IsDeleted", "Deleted", "boolean"),
    fixed("CreatedDate", "Created Date", "datetime", defaulted=True),
    fixed(
        "CreatedById",
        "Created By ID",
        "reference",
        length=18,
        refers_to=("User",),
        relationship="CreatedBy",
        defaulted=True,
    ),
    fixed("LastModifiedDate", "Last Modified Date", "datetime", defaulted=True),
    fixed(
        "LastModifiedById",
        "Last Modified By ID",
        "reference",
        length=18,
        refers_to=("User",),
        relationship="LastModifiedBy",
        defaulted=True,
    ),
    fixed("SystemModstamp", "System Modstamp", "datetime", defaulted=True),
)


def entity(name: str, label: str, prefix: str, *fields: Field, writable: bool = True) -> SObject:
    whole = (*SYSTEM, *fields)
    return SObject(name, label, prefix, {it.name.lower(): it for it in whole}, writable)
