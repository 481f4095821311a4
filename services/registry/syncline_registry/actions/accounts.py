"""Accounts: the first one on the first start, others by the operator."""

from uuid import UUID

from pydantic import SecretStr

from syncline_common.audit.log import record
from syncline_common.db.tx import Database, Tx
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller
from syncline_registry.domain.person import Account, Person
from syncline_registry.own import Own
from syncline_registry.store.person_store import PersonStore, add_account, count_accounts

FIRST_ACCOUNT = UUID("01890000-0000-7000-8000-000000000001")  # so that two who make it collide
OPERATOR = UUID(int=0)  # no person of any account


async def create_account(tx: Tx, *, name: str, email: str, password_hash: str) -> tuple[Account, Person]:
    now = await tx.now()
    account = Account(new_id(), name, now)
    await add_account(tx, account)
    return account, await _administrator(tx, account, email, password_hash)


async def _administrator(tx: Tx, account: Account, email: str, password_hash: str) -> Person:
    now = account.created_at
    person = Person(new_id(), account.id, email, "Administrator", "administrator", now, None, password_hash)
    await PersonStore(tx, account.id).add(person)
    operator = Caller(account.id, OPERATOR, "administrator", kind="operator", name="operator")
    after = {"name": account.name, "administrator": email}
    await record(tx, operator, "account.created", noun="account", noun_id=account.id, after=after)
    return person


async def ensure_first_account(db: Database, own: Own, email: str, password: SecretStr) -> int:
    """1 if it was made. Of processes that try at once, one succeeds."""
    async with db.read() as tx:
        if await count_accounts(tx):
            return 0
    password_hash = await own.passwords.hash(password.get_secret_value())
    async with db.begin() as tx:
        account = Account(FIRST_ACCOUNT, "First account", await tx.now())
        if await count_accounts(tx) or not await add_account(tx, account):
            return 0
        await _administrator(tx, account, email, password_hash)
    return 1
