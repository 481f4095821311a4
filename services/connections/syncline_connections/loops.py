"""What the connections service does by itself: it builds, deletes, and has systems removed."""

from collections.abc import Sequence

from syncline_common.runtime.service import Home
from syncline_common.runtime.supervisor import Loop
from syncline_connections.actions import removals
from syncline_connections.actions.connections import BUILD, DELETION
from syncline_connections.own import own_of
from syncline_connections.work.building import Builder
from syncline_connections.work.removing import Remover

AT_ONCE = 4  # builds in a process: a slow vendor holds up its own alone


def make_loops(home: Home) -> Sequence[Loop]:
    db, registry, process = home.database, own_of(home).registry, home.platform.process
    remover = Remover(db, registry)
    builders = [
        Builder(db, registry, f"{process.instance}/{number}", process.lease_seconds)
        for number in range(AT_ONCE)
    ]
    return [
        *(Loop(f"build_{number}", it.run_once, hears=BUILD) for number, it in enumerate(builders)),
        Loop("delete", remover.delete_once, hears=DELETION),
        Loop("remove_systems", remover.remove_once, every=2, hears=removals.BELL),
    ]
