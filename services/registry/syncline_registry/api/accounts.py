"""/registry/v1/accounts: for the operator of the installation."""

from uuid import UUID

from pydantic import BaseModel

from syncline_common.api.drafts import Draft, Name
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InOperatorTx, routes
from syncline_registry.actions import accounts as actions
from syncline_registry.api.people import Email, Password
from syncline_registry.own import ByOwn

router = routes("/registry/v1/accounts", "accounts")


class AdministratorDraft(Draft):
    email: Email
    password: Password


class AccountDraft(Draft):
    name: Name
    administrator: AdministratorDraft


class AdministratorView(BaseModel):
    id: UUID
    email: str


class NewAccountView(BaseModel):
    id: UUID
    name: str
    administrator: AdministratorView


@router.post("", status_code=201, responses=problems())
async def create_account(draft: AccountDraft, own: ByOwn, tx: InOperatorTx) -> NewAccountView:
    """A second tenant, with its first administrator. Needs the operator's token."""
    password_hash = await own.passwords.hash(draft.administrator.password.get_secret_value())
    account, person = await actions.create_account(
        tx, name=draft.name, email=draft.administrator.email, password_hash=password_hash
    )
    return NewAccountView(
        id=account.id, name=account.name, administrator=AdministratorView(id=person.id, email=person.email)
    )
