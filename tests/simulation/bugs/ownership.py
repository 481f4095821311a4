"""Slips about who may act, and when: leases, credentials, pauses, versions."""

from simulation.bugs.bug import Bug

OWNING = (
    Bug(
        "a lease is over when a worker's own clock says so",  # it is 40 s fast
        "store/work_store.py",
        "now = await self._tx.now()\n        for place in",
        "now = await self._tx.now() + timedelta(seconds=40 * (owner[:2] == 'w1'))\n        for place in",
    ),
    Bug(
        "a pair is held by its owner, whenever it was claimed",
        "store/work_store.py",
        "held = [it for it in pairs if (it.id, it.epoch) in rows]\n"
        "        unlinked = {_end(it): it.id for it in held if rows[it.id, it.epoch].link_id is None}",
        "by_id = {id: row for (id, _), row in rows.items()}\n"
        "        held = [it for it in pairs if it.id in by_id]\n"
        "        unlinked = {_end(it): it.id for it in held if by_id[it.id].link_id is None}",
    ),
    Bug(
        "a scan is its owner's, whenever it was claimed",
        "store/leased.py",
        '(table.c.lease_epoch == bindparam("held_epoch"))',
        'bindparam("held_epoch").is_not(None)',
    ),
    Bug(
        "a scan goes on whoever has it",
        "store/leased.py",
        'mine = (table.c.lease_owner == bindparam("holder")) & (table.c.lease_epoch == bindparam("held_epoch"))',
        'mine = bindparam("holder").is_not(None) & bindparam("held_epoch").is_not(None)',
    ),
    Bug("sends whether or not its lease lasts", "work/hand.py", " and tools.elapsed() < hand.sure_until", ""),
    Bug(
        "sure of all while some are kept",
        "work/worker.py",
        "if len(kept) == len(hand.batch.pairs):",
        "if kept:",
    ),
    Bug("a lease is for ever", "store/work_claims.py", 'free_at=bindparam("until")', "free_at=NEVER"),
    Bug(
        "remembers what another has taken over",
        "work/remember.py",
        "ids = {it.id for it in held}",
        "ids = {it.pair.id for it in results}",
    ),
    Bug(
        "what comes during the work is forgotten",
        "store/work_store.py",
        "delete(table).where(THESE, table.c.generation == table.c.taken_generation)",
        "delete(table).where(THESE)",
    ),
    Bug(
        "what comes during the work waits with it",
        "store/work_store.py",
        'DUE = least(table.c.due_at, bindparam("due", type_=table.c.due_at.type))',
        'DUE = bindparam("due", type_=table.c.due_at.type)',
    ),
    Bug(
        "links what another has linked",
        "work/remember.py",
        "return [it if it.made is None or it.made.id in made else _again(it, now) for it in results]",
        "return list(results)",
    ),
    Bug(
        "a link leaves its ends' work alone",
        "work/remember.py",
        "await WorkStore(tx).relink(connection, [new[id] for id in made], makers)",
        "del makers",
    ),
)

PEOPLE = (
    Bug(
        "a bad credential is the record's fault",
        "work/failing.py",
        "case Disposition.PAUSE:\n            return later(sight, now, error.code)",
        "case Disposition.PAUSE:\n            return set_aside(sight, trouble_of(error), now)",
    ),
    Bug(
        "a bad credential stops nobody else",
        "work/stopping.py",
        "if await store.error(connection, error.code, tried_at):",
        "if False:",
    ),
    Bug(
        "an old refusal stops a new credential",
        "store/task_store.py",
        "update(table).where(this, since).values(failed)",
        "update(table).where(this).values(failed)",
    ),
    Bug(
        "what is paused is claimed",
        "store/work_claims.py",
        "where(task.c.state == TaskState.ACTIVE.value, some)",
        "where(some)",
    ),
    Bug(
        "a pause is for what comes next",
        "work/beginning.py",
        "return {it.id for it in held} if task.state is TaskState.ACTIVE else frozenset()",
        "return {it.id for it in held}",
    ),
    Bug(
        "what was claimed goes by the newest version",
        "work/worker.py",
        "        flows = await self.tools.flows.of(batch.connection, batch.version)\n",
        """        from syncline_sync_worker.store.task_store import TaskReads
        async with self.tools.db.read() as tx:
            version = (await TaskReads(tx).get(batch.connection)).version
        flows = await self.tools.flows.of(batch.connection, version)
""",
    ),
    Bug(
        "rules are of the connection",
        "work/flows.py",
        "key = (connection, version)",
        "key = (connection, 0)",
    ),
    Bug(
        "one set aside holds up its batch",
        "work/worker.py",
        "        writing = [it.sight for it in decisions if isinstance(it, Change) and it.plan.writes]\n",
        """        if any(isinstance(it, Result) and it.trouble for it in decisions):
            return [it for it in decisions if isinstance(it, Result)]
        writing = [it.sight for it in decisions if isinstance(it, Change) and it.plan.writes]
""",
    ),
)
