"""Every query about Cursors of a connection. One moves in the transaction that stores its page in `work`."""

from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Insert, and_, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from syncline_common.db.tx import ReadTx, Tx
from syncline_sync_worker.domain.cursor import Cursor, CursorKey
from syncline_sync_worker.domain.task import ConnectionRef
from syncline_sync_worker.store.tables import cursor as table

PLACES = ("since", "token", "high_water", "loop_from", "sweep_token")
PLACE = select(*(table.c[name] for name in PLACES)).where(
    and_(*(column == bindparam(column.name) for column in table.primary_key))
)


class CursorStore:
    def __init__(self, tx: ReadTx, connection: ConnectionRef) -> None:
        self._session, self._connection = tx.session, connection

    async def get(self, key: CursorKey) -> Cursor:
        """At the beginning, if it never moved."""
        row = (await self._session.execute(PLACE, self._key(key))).one_or_none()
        return Cursor(key) if row is None else replace(Cursor(key), **row._mapping)

    async def move(self, tx: Tx, cursor: Cursor) -> None:
        """Only whoever holds the task's lease does, in the transaction that stores what it has passed."""
        places = {name: getattr(cursor, name) for name in PLACES}
        await self._session.execute(_moving(tx.dialect), [{**self._key(cursor.key), **places}])

    def _key(self, key: CursorKey) -> dict[str, Any]:
        return {
            "account_id": self._connection.account_id,
            "connection_id": self._connection.id,
            "flow_id": key.flow_id,
            "side": key.side.value,
            "stream": key.stream,
            "feed": key.feed.value,
        }


@cache
def _moving(dialect: str) -> Insert:
    new = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    places = {name: new.excluded[name] for name in PLACES}
    return new.on_conflict_do_update(index_elements=list(table.primary_key), set_=places)
