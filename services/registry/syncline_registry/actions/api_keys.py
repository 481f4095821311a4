"""API keys: made, shown once, revoked, and asked about by the other services."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from syncline_common.access.reader import KEY_PREFIX
from syncline_common.audit.log import record
from syncline_common.clients.registry import KeyFacts
from syncline_common.db.tx import ReadTx, Tx
from syncline_common.errors import FieldFault, Invalid
from syncline_common.ids import new_id
from syncline_common.schemas.caller import Caller, Role
from syncline_registry.actions.access import announce_change
from syncline_registry.actions.people import require_known
from syncline_registry.credentials.random_tokens import hash_of, new_token
from syncline_registry.domain.api_key import ApiKey
from syncline_registry.domain.person import granted_as_text
from syncline_registry.store.api_key_store import ApiKeyStore, key_with
from syncline_registry.store.person_store import PersonStore


async def create_api_key(
    tx: Tx,
    caller: Caller,
    *,
    name: str,
    role: Role,
    network_ids: Sequence[UUID] | None,
    expires_at: datetime | None,
) -> tuple[ApiKey, str]:
    """The key itself is returned here and never again."""
    caller.administer()
    await require_known(PersonStore(tx, caller.account_id), network_ids)
    now = await tx.now()
    if expires_at is not None and expires_at <= now:
        raise Invalid("This key would never be valid", FieldFault("/expires_at", "must lie in the future"))
    secret = new_token(KEY_PREFIX)
    granted = granted_as_text(role, network_ids)
    key = ApiKey(
        new_id(), caller.account_id, name, role, granted, hash_of(secret), secret[-4:], now, expires_at
    )
    await ApiKeyStore(tx, caller.account_id).add(key)
    facts = {"name": name, "role": role, "network_ids": granted, "expires_at": expires_at and str(expires_at)}
    await record(tx, caller, "api_key.created", noun="api_key", noun_id=key.id, after=facts)
    return key, secret


async def revoke_api_key(tx: Tx, caller: Caller, key_id: UUID) -> None:
    caller.administer()
    key = await ApiKeyStore(tx, caller.account_id).remove(key_id)
    facts = {"name": key.name, "role": key.role, "network_ids": key.granted}
    await record(tx, caller, "api_key.revoked", noun="api_key", noun_id=key_id, before=facts)
    await announce_change(tx, caller.account_id, key_id)


async def introspect(tx: ReadTx, secret: str) -> KeyFacts:
    """For the other services."""
    key = await key_with(tx, hash_of(secret))
    if key is None or not key.is_active(await tx.now()):
        return KeyFacts(active=False)
    return KeyFacts(
        active=True,
        account_id=key.account_id,
        key_id=key.id,
        name=key.name,
        role=key.role,
        network_ids=key.network_ids,
    )
