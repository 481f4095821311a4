"""Does what a step says. Who is not there, or no longer, is passed over: a shortened history must run as well."""

from functools import partial
from typing import TYPE_CHECKING

from simulation import steps
from simulation.tracker import Users

if TYPE_CHECKING:
    from simulation.world import World


async def perform(step: steps.Step, world: "World") -> None:
    match step:
        case steps.Publish(version=version):
            await world.publish(version)
        case steps.Pause():
            await world.pause()
        case steps.Resume():
            await world.resume()
        case steps.Remove():
            await world.remove()
        case steps.Revoke(side=side):
            world.trackers[side].credential_works = False
        case steps.Restore(side=side):
            await world.restore(side)
        case steps.Sicken(side=side, rates=rates):
            world.trackers[side].rates = rates
        case steps.Kill() | steps.Freeze() | steps.Start():
            _strike(step, world)
        case _:
            _edit(step, world)


def _strike(step: steps.Kill | steps.Freeze | steps.Start, world: "World") -> None:
    process = world.worker(step.worker)
    match step:
        case steps.Start(worker=number):
            world.start(number)
        case steps.Kill(points=points) if process:
            process.strike_at(points, process.kill)
        case steps.Freeze(points=points, seconds=seconds) if process:
            process.strike_at(points, partial(world.freeze, process, seconds))


def _edit(step: steps.Step, world: "World") -> None:
    """A record is called by its key; of several that bear it, people see the first."""
    if not isinstance(step, steps.Create | steps.Edit | steps.Comment | steps.Mark | steps.Clone):
        raise TypeError(f"nobody knows how to do {step}")
    tracker = world.trackers[step.side]
    users, key = Users(tracker), tracker.vendor.key
    if isinstance(step, steps.Create):
        users.create({**dict(step.values), key: step.who})
        return
    found = next((it for it in tracker.cabinet.by_key(step.who) if not it.deleted), None)
    if found is None:
        return
    match step:
        case steps.Mark(kind=kind):
            users.mark(found, kind)
        case steps.Edit(field=name, value=value) if found.there:
            users.edit(found, {name: value})
        case steps.Comment(body=body) if found.there:
            users.comment(found, body)
        case steps.Clone(as_who=as_who) if found.there:
            users.clone(found, as_who)
