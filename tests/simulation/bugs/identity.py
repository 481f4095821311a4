"""Slips about which record is whose: creating twice, and reading too little."""

from simulation.bugs.bug import Bug

CREATING = (
    Bug(
        "sends without an intent",
        "work/creating.py",
        "allowed = await IntentStore(tx, self._hand.batch.connection).open(tx, new)",
        "allowed = {it.marker for it in held}",
    ),
    Bug("looks up at once", "work/decide.py", "if now < sent.not_before:", "if False:"),
    Bug(
        "waits for the request, not for the lease",
        "work/creating.py",
        "timedelta(seconds=LEASE_SECONDS) + LONGEST_REQUEST + self._settle(make)",
        "LONGEST_REQUEST + self._settle(make)",
    ),
    Bug("sends again without looking up", "work/decide.py", "return LookUp(sight, sent)", "return None"),
    Bug(
        "sends again at once after no answer",
        "work/creating.py",
        """settled = Settled(make.marker, IntentState.UNKNOWN, wait=LONGEST_REQUEST + self._settle(make))
            due = now + self._not_before(make) if self._class(make) is not RepeatClass.K3 else now""",
        """settled = Settled(make.marker, IntentState.ABSENT)
            due = now""",
    ),
    Bug(
        "looks up what can't be found", "work/decide.py", "if target.creates is RepeatClass.K3:", "if False:"
    ),
    Bug(
        "takes the newest that bears the mark",
        "work/creating.py",
        "[whole[it.ref.id] for it in found if",
        "[whole[it.ref.id] for it in reversed(found) if",
    ),
    Bug(
        "creates its own copy back",
        "work/decide.py",
        "if (result := _awaited(sight, record, now)) is not None:",
        "if (result := None) is not None:",
    ),
    Bug(
        "takes users' edits of a copy for its own",
        "work/creating.py",
        "self._as_made(sight, candidates[0], operations), intent.marker",
        "candidates[0].values, intent.marker",
    ),
    Bug(
        "a repeated create was of what is sent now",
        "work/creating.py",
        "if isinstance(answer, Record) and earlier is not None:",
        "if False:",
    ),
    Bug(
        "a marker without the flow",
        "engine/marker.py",
        "(flow_id, side.value, record_id)",
        "(side.value, record_id)",
    ),
    Bug(
        "a marker without the side",
        "engine/marker.py",
        "(flow_id, side.value, record_id)",
        "(flow_id, record_id)",
    ),
    Bug(
        "what is missing is made anew",
        "work/decide.py",
        "if sight.link is None:",
        "if sight.link is None or len(sight.records) < 2:",
    ),
)

READING = (
    Bug(
        "reads on where it was, without overlap",
        "engine/window.py",
        "cursor - (traits.granularity + traits.lag + SLACK)",
        "cursor",
    ),
    Bug(
        "reads from after the newest",
        "engine/window.py",
        "cursor - (traits.granularity + traits.lag + SLACK)",
        "cursor + timedelta(microseconds=1)",
    ),
    Bug(
        "drops the token after a page",
        "work/scan.py",
        "if page.next is not None:",
        "if False:",
    ),
    Bug(
        "moves the cursor before the page is stored",
        "work/scan.py",
        """            await TaskStore(tx).renew(task, LEASE_SECONDS)
            links =""",
        """            await CursorStore(tx, task.connection).move(tx, moved)
        async with self._tools.db.begin() as tx:
            await TaskStore(tx).renew(task, LEASE_SECONDS)
            links =""",
    ),
    Bug(
        "a page that failed was empty",
        "work/scan.py",
        "        page = await reader.changes(key.stream, key.feed, window.since(cursor.since, traits), cursor.token)\n",
        """        try:
            page = await reader.changes(key.stream, key.feed, window.since(cursor.since, traits), cursor.token)
        except RemoteError as error:
            if isinstance(error, NeedsPerson):
                raise
            page = ChangePage((), None, self._started)
""",
    ),
    Bug(
        "a read that failed found nothing",
        "work/observe.py",
        "self._errors.update({(side, RecordRef(stream, id)): error for id in ids})",
        "pass",
    ),
    Bug(
        "what an inventory leaves out is gone for good",
        "work/sweep.py",
        "            now = await tx.now()\n            offers = [\n                Offer(self.flow_id, self.side, ref",
        """            gone = [it for it in refs if self.besides and it.id not in self.besides]
            found = (await links.by_side(self.flow_id, self.side, gone)).values()
            await links.save([replace(it, state=LinkState.RELEASED) for it in found])
            now = await tx.now()
            offers = [
                Offer(self.flow_id, self.side, ref""",
    ),
    Bug(
        "takes what follows its write for an echo",
        "work/decide.py",
        "    a, b = (_observed(",
        """    if any(it.at > now - 2 * SOON for it in sight.recent):
        return ignored(sight, "an echo")
    a, b = (_observed(""",
    ),
    Bug(
        "a version offered is a version seen",
        "work/scan.py",
        "seen.get(it.ref) != it.version",
        "it.ref not in seen",
    ),
)
