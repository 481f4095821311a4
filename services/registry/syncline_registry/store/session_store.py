"""Every query about Sessions and their refresh tokens."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from syncline_common.db.tx import ReadTx
from syncline_registry.domain.session import RefreshToken, Session
from syncline_registry.store.tables import refresh_tokens, sessions


class SessionStore:
    def __init__(self, tx: ReadTx) -> None:
        self._session = tx.session

    def add(self, it: Session | RefreshToken) -> None:
        self._session.add(it)

    async def by_token(self, hash: str) -> tuple[RefreshToken, Session] | None:
        """Both locked: of two that refresh with one token, one is the first."""
        mine = select(RefreshToken).where(refresh_tokens.c.hash == hash).with_for_update()
        token: RefreshToken | None = await self._session.scalar(mine)
        if token is None:
            return None
        its = (sessions.c.account_id == token.account_id) & (sessions.c.id == token.session_id)
        session = (await self._session.scalars(select(Session).where(its).with_for_update())).one()
        return token, session

    async def of_person(self, account_id: UUID, person_id: UUID) -> Sequence[Session]:
        mine = (sessions.c.account_id == account_id) & (sessions.c.person_id == person_id)
        open_ones = select(Session).where(mine, sessions.c.revoked_at.is_(None)).with_for_update()
        return (await self._session.scalars(open_ones)).all()
