"""Slips about what is written: planning, bases, and what is lost by a write."""

from simulation.bugs.bug import Bug

PLANNING = (
    Bug(
        "one base for both sides",
        "engine/plan.py",
        "Side.B: base_b.get(rule.key(Side.B), UNSET)",
        "Side.B: base_a.get(rule.key(Side.A), UNSET)",
    ),
    Bug(
        "remembers what it sent",
        "engine/bases.py",
        "case Write(side=side, field=name, source=source) if name in read_back.get(side, {}):\n            return [(side, read_back[side][name]),",
        "case Write(side=side, value=value, source=source):\n            return [(side, value),",
    ),
    Bug(
        "remembers a write that failed",
        "work/changing.py",
        "if not isinstance(it, Write) or it.side in course.written]\n        read_back = {side: it.values for side, it in course.written.items()}",
        "]\n        read_back = {side: it.values for side, it in {**sight.records, **course.written}.items()}",
    ),
    Bug(
        "compares letter by letter",
        "engine/plan.py",
        "not same(rule.type(side), base[side], seen[side])",
        "base[side] != seen[side]",
    ),
    Bug(
        "an absent field is empty",
        "engine/plan.py",
        "any(value is UNSET for value in seen.values())",
        "False",
    ),
    Bug("an empty field has an opinion", "engine/plan.py", "return not is_empty(seen[side])", "return True"),
    Bug("what was never said clears", "engine/plan.py", "return unsaid or rule.when", "return rule.when"),
    Bug(
        "writes the whole record",
        "work/changing.py",
        "Update(it.change.sight.records[side], it.change.plan.values(side)) for it in courses",
        """Update(
                it.change.sight.records[side],
                {
                    name: it.change.sight.records[side].values[name]
                    for rule in it.change.sight.flow.rules
                    if (name := rule.field(side)) is not None
                }
                | dict(it.change.plan.values(side)),
            )
            for it in courses
""",
    ),
)

WRITING = (
    Bug(
        "the version that it made is a version seen",  # echo by user: what we changed last is ours
        "work/changing.py",
        "{side: it if self._as_expected(side, it) else None for side, it in self.written.items()}",
        "self.written",
    ),
    Bug(
        "has no last look where stale writes are taken",
        "work/changing.py",
        "if traits.conditional or traits.looks:",
        "if True:",
    ),
    Bug(
        "keeps nothing before it overwrites",
        "work/changing.py",
        "            new = await report.add_conflicts(conflicts)\n",
        "            return mine\n            new = await report.add_conflicts(conflicts)\n",
    ),
    Bug(
        "writes over what has changed meanwhile",
        "work/changing.py",
        """        for it, answer in zip(courses, answers, strict=True):
            if isinstance(answer, Record):""",
        """        for it, update, answer in zip(courses, updates, answers, strict=True):
            if isinstance(answer, RemoteError) and answer.code == "record_changed":
                ref = update.seen.ref
                fresh = (await self._readers[side].fetch(ref.stream, [ref.id])).get(ref.id)
                if fresh is not None:
                    answer = (await self._writers[side].update([replace(update, seen=fresh)]))[0]
            if isinstance(answer, Record):""",
    ),
    Bug(
        "plans again before a late write has come",
        "work/failing.py",
        "return later(sight, now + AFTER_UNKNOWN, error.code)",
        "return later(sight, now, error.code)",
    ),
    Bug(
        "a failed write is a version seen",
        "work/changing.py",
        "        if course.error is None:\n            link =",
        "        if True:\n            link =",
    ),
    Bug(
        "a failed write is done with",
        "work/changing.py",
        """        if course.error is None:
            link = _with_versions(link, {**sight.records, **course.seen})
        result = self._ended(course, change, link)""",
        """        link = _with_versions(link, {**sight.records, **course.written})
        result = Result(sight.pair, "failed") if course.error else self._ended(course, change, link)""",
    ),
    Bug(
        "finished before its effects are kept",
        "work/remember.py",
        """        mine = await _link(tx, hand, mine)
        await _keep(tx, tools, hand, mine)
        await work.finish(hand.batch.owner, [it.pair for it in mine if it.due is None])
        await work.later(hand.batch.owner, [_postponed(it) for it in mine if it.due is not None])
""",
        """        await work.finish(hand.batch.owner, [it.pair for it in mine if it.due is None])
        await work.later(hand.batch.owner, [_postponed(it) for it in mine if it.due is not None])
    async with tools.db.begin() as tx:
        mine = await _link(tx, hand, mine)
        await _keep(tx, tools, hand, mine)
""",
    ),
)
