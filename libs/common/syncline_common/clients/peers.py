"""Where our own services are found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from syncline_common.settings import PeerSettings


@dataclass(frozen=True, slots=True)
class Peers:
    urls: Mapping[str, str]

    @classmethod
    def of(cls, settings: PeerSettings) -> Self:
        return cls(
            {
                "registry": settings.registry_url,
                "connections": settings.connections_url,
                "sync": settings.sync_url,
                "matching": settings.matching_url,
            }
        )

    @classmethod
    def all_at(cls, url: str) -> Self:
        return cls(dict.fromkeys(("registry", "connections", "sync", "matching"), url))
