"""On whose behalf a build goes on after its request has been answered."""

from typing import Any
from uuid import UUID

from syncline_common.schemas.caller import Caller


def remembered(caller: Caller) -> dict[str, Any]:
    granted = None if caller.network_ids is None else sorted(str(it) for it in caller.network_ids)
    return {
        "id": str(caller.actor_id),
        "name": caller.name,
        "role": caller.role,
        "kind": caller.kind,
        "network_ids": granted,
    }


def recalled(account_id: UUID, asker: dict[str, Any]) -> Caller:
    granted = None if asker["network_ids"] is None else frozenset(UUID(it) for it in asker["network_ids"])
    return Caller(account_id, UUID(asker["id"]), asker["role"], granted, asker["kind"], asker["name"])


def ourselves(account_id: UUID) -> Caller:
    """For what nobody asked for at this moment: events and loops."""
    return Caller(account_id, UUID(int=0), "administrator", None, "service", "connections")
