"""Puts the matching service together."""

from pathlib import Path

from syncline_common.runtime.service import Service
from syncline_matching.events.handlers import router
from syncline_matching.store.tables import metadata

SERVICE = Service(
    name="matching",
    title="Syncline matching",
    description="Which records of two systems are the same thing.",
    metadata=metadata,
    migrations=Path(__file__).parent / "migrations",
    events=router,
)
