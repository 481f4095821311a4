"""What the matching service does when something happens elsewhere: so far what every service does."""

from syncline_common.access.revocations import follow_access
from syncline_common.bus.router import EventRouter
from syncline_matching.store.tables import metadata

router = EventRouter("matching")
follow_access(router, metadata)
