"""Every query about People, within one account by construction; and the two that know no account yet."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import NameTaken, NotFound
from syncline_registry.domain.person import Account, Person, email_key
from syncline_registry.store.tables import accounts, networks, people


class PersonStore:
    def __init__(self, tx: ReadTx, account_id: UUID) -> None:
        self._session, self._account_id = tx.session, account_id

    async def add(self, person: Person) -> None:
        self._session.add(person)
        await self.save(person)

    async def save(self, person: Person) -> None:
        email = person.email  # after a failed flush the object can't be asked any more
        try:
            await self._session.flush()
        except IntegrityError:
            raise NameTaken(f"There is already a person with the e-mail {email}") from None

    async def get(self, person_id: UUID, *, for_change: bool = False) -> Person:
        mine = select(Person).where(people.c.account_id == self._account_id, people.c.id == person_id)
        found: Person | None = await self._session.scalar(mine.with_for_update() if for_change else mine)
        if found is None:
            raise NotFound("There is no such person")
        return found

    async def listed(self, *, after: UUID | None, limit: int) -> Sequence[Person]:
        query = (
            select(Person).where(people.c.account_id == self._account_id).order_by(people.c.id).limit(limit)
        )
        if after is not None:
            query = query.where(people.c.id > after)
        return (await self._session.scalars(query)).all()

    async def administrators(self) -> int:
        """Who may take part in changing this waits: two who resign at once must not both succeed."""
        mine = (people.c.account_id == self._account_id) & (people.c.role == "administrator")
        return len((await self._session.execute(select(people.c.id).where(mine).with_for_update())).all())

    async def remove(self, person: Person) -> None:
        await self._session.delete(person)
        await self._session.flush()

    async def unknown_networks(self, network_ids: Collection[UUID]) -> set[UUID]:
        """Those that are not this account's."""
        mine = (networks.c.account_id == self._account_id) & networks.c.id.in_(network_ids)
        return set(network_ids) - set((await self._session.scalars(select(networks.c.id).where(mine))).all())

    async def account(self) -> Account:
        return (await self._session.scalars(select(Account).where(accounts.c.id == self._account_id))).one()


async def people_with(tx: ReadTx, email: str) -> Sequence[Person]:
    """In any account: whoever signs in doesn't say which."""
    query = select(Person).where(people.c.email_key == email_key(email), people.c.password_hash.is_not(None))
    return (await tx.session.scalars(query.order_by(people.c.id))).all()


async def add_account(tx: Tx, account: Account) -> bool:
    """False if its id is there already."""
    row = {"id": account.id, "name": account.name, "created_at": account.created_at}
    added = await tx.session.execute(tx.insert_new(accounts).values(row).returning(accounts.c.id))
    return added.first() is not None


async def count_accounts(tx: ReadTx) -> int:
    return int(await tx.session.scalar(select(func.count()).select_from(accounts)) or 0)
