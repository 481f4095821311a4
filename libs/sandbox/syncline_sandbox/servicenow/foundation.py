"""What an instance comes with: its own dictionary, choices and tables as rows, accounts, groups and roles."""

from collections.abc import Callable

from syncline_sandbox.servicenow.accounts import ACCOUNTS
from syncline_sandbox.servicenow.dictionary import TABLES, Column
from syncline_sandbox.store import Store

SYSTEM = "system"
GROUPS = ("Service Desk", "Network", "Software")
COMPANIES = ("Contoso", "Northwind Traders", "Woodgrove Bank", "Tailspin Toys")


def lay(store: Store, new_id: Callable[[], str]) -> None:
    _lay_dictionary(store, new_id)
    _lay_people(store, new_id)
    for name in COMPANIES:
        store.begin_with("core_company", new_id(), {"name": name}, SYSTEM)


def _lay_dictionary(store: Store, new_id: Callable[[], str]) -> None:
    tables = {name: new_id() for name in TABLES}
    for name, definition in TABLES.items():
        parent = tables.get(definition.parent, "")
        row = {"name": name, "label": definition.label, "super_class": parent}
        store.begin_with("sys_db_object", tables[name], row, SYSTEM)
        for column in definition.columns:
            store.begin_with("sys_dictionary", new_id(), _entry(name, column), SYSTEM)
            for number, (value, label) in enumerate(column.choices):
                choice = {"name": name, "element": column.name, "value": value, "label": label}
                rest = {"language": "en", "inactive": "false", "sequence": str(number)}
                store.begin_with("sys_choice", new_id(), choice | rest, SYSTEM)


def _entry(table: str, column: Column) -> dict[str, str]:
    return {
        "name": table,
        "element": column.name,
        "column_label": column.label,
        "internal_type": column.type,
        "reference": column.reference,
        "choice": "1" if column.choices else "",
        "mandatory": str(column.mandatory).lower(),
        "max_length": str(column.longest),
        "read_only": str(column.read_only).lower(),
        "active": "true",
    }


def _lay_people(store: Store, new_id: Callable[[], str]) -> None:
    groups = {name: new_id() for name in GROUPS}
    for name, id in groups.items():
        store.begin_with("sys_user_group", id, {"name": name, "active": "true"}, SYSTEM)
    names = sorted({role for account in ACCOUNTS for role in account.roles})
    roles = {name: new_id() for name in names}
    for name, id in roles.items():
        store.begin_with("sys_user_role", id, {"name": name}, SYSTEM)
    for account in ACCOUNTS:
        user = {
            "user_name": account.user_name,
            "name": account.name,
            "email": f"{account.user_name}@contoso.example",
            "time_zone": account.zone_name,
            "active": str(account.active).lower(),
        }
        id = new_id()
        store.begin_with("sys_user", id, user, SYSTEM)
        store.begin_with("sys_user_grmember", new_id(), {"user": id, "group": groups["Service Desk"]}, SYSTEM)
        for role in sorted(account.roles):
            store.begin_with(
                "sys_user_has_role", new_id(), {"user": id, "role": roles[role], "state": "active"}, SYSTEM
            )
