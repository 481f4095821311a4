"""One history: from a seed, kills of the services while they work, and the verdict once they are left alone."""

import asyncio
import signal
from collections.abc import Sequence
from random import Random

from chaos.company import Company, company
from chaos.fuse import POINTS, Fuse
from chaos.place import LEASE_SECONDS, a_place
from chaos.processes import Victim
from chaos.verdict import Verdict, verdict_in

KILLED = -signal.SIGKILL
REACHED_WITHIN = 60.0  # seconds until somebody passes a point
OUTSIDE, FROZEN = "outside", "frozen"


async def crash_history(mode: str, seed: int) -> Verdict:
    rng = Random(f"{mode} {seed}")
    with verdict_in() as (verdict, folder):
        async with a_place(mode, folder) as place, company(place, mode, str(seed)) as everybody:
            for serial, kind in enumerate(_plan(rng, mode)):
                verdict.faults[kind] += 1
                verdict.broken += await _strike(kind, rng, serial, everybody)
            verdict.broken += await everybody.settle()
            verdict.events = len(everybody.follower.seen)
    return verdict


def _plan(rng: Random, mode: str) -> list[str]:
    kinds = [*POINTS, OUTSIDE, OUTSIDE, *([FROZEN] if mode == "two" else [])]
    return [rng.choice(kinds) for _ in range(rng.randint(4, 6))]


async def _strike(kind: str, rng: Random, serial: int, everybody: Company) -> list[str]:
    """Let somebody die, or freeze for a while, and bring them back. What went wrong with it."""
    chosen, delay, count = rng.choice(everybody.members), rng.uniform(0, 1.5), rng.randint(1, 8)
    if kind == FROZEN:
        return await freeze(everybody.members, Fuse(everybody.place.folder), rng.choice(POINTS), serial, rng)
    if kind == OUTSIDE:
        await asyncio.sleep(delay)
        chosen.signal(signal.SIGKILL)
        dead = [chosen] if await _first_dead([chosen]) else []
    else:
        Fuse(everybody.place.folder).lay(kind, count, serial)
        dead = await _first_dead(everybody.members)
    if not dead:
        return [f"nobody passed {kind} within {REACHED_WITHIN:.0f} s"]
    codes = [f"{it.name} ended with {it.code}: {it.last_words}" for it in dead if it.code != KILLED]
    for victim in dead:
        await victim.start()
    return codes


async def freeze(members: Sequence[Victim], fuse: Fuse, point: str, serial: int, rng: Random) -> list[str]:
    """Somebody stops in the middle of it, believes that no time has passed, and goes on when its leases have ended."""
    fuse.lay(point, rng.randint(1, 8), serial, signal.SIGSTOP)
    try:
        async with asyncio.timeout(REACHED_WITHIN):
            while not fuse.burnt:
                await asyncio.sleep(0.02)
        await asyncio.sleep(LEASE_SECONDS * rng.uniform(1.2, 3))
    except TimeoutError:
        return [f"nobody passed {point} within {REACHED_WITHIN:.0f} s"]
    finally:
        for member in members:
            member.signal(signal.SIGCONT)
    return []


async def _first_dead(members: Sequence[Victim]) -> list[Victim]:
    waiting = [asyncio.create_task(member.ended.wait()) for member in members]
    try:
        await asyncio.wait(waiting, timeout=REACHED_WITHIN, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return [member for member in members if member.ended.is_set()]
