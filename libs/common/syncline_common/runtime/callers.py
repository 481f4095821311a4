"""How a service learns who is calling: keys from the registry, changes from the bus."""

from syncline_common.access.keys import PublicKeys
from syncline_common.access.reader import CallerReader
from syncline_common.access.revocations import BELL, Revocations
from syncline_common.api.auth import TokenReader
from syncline_common.clock import since_boot
from syncline_common.db.tx import Database
from syncline_common.runtime.service import Platform
from syncline_common.runtime.supervisor import Loop


def callers(platform: Platform, db: Database) -> tuple[TokenReader, Loop]:
    revocations = Revocations(db, since_boot)
    keys = PublicKeys(platform.registry.public_keys, since_boot)
    reader = CallerReader(keys, platform.registry.introspect, revocations, platform.clock, since_boot)
    return platform.tokens or reader, Loop(BELL, revocations.refresh_once, every=5)
