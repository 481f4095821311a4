"""Slips in the stand-ins, by which the oracle itself is tried."""

from simulation.bugs.bug import Bug

NAIVE, STURDY = "tests/simulation/naive.py", "tests/simulation/sturdy.py"
STAND_INS: tuple[Bug, ...] = (
    Bug("reads one page", NAIVE, "            token = page.next\n", "            token = None\n", "stand-in"),
    Bug(
        "remembers what it sent",
        NAIVE,
        "        records[target] = read_back\n",
        "        self._bases[seen.ref.id][field] = value\n",
        "stand-in",
    ),
    Bug(
        "keeps no old value",
        NAIVE,
        "        self._kept[seen.ref.id].append(seen.values[field])\n",
        "",
        "stand-in",
    ),
    Bug("sends again without looking", STURDY, "if intent in self._intents:", "if False:", "sturdy"),
    Bug("looks at once", STURDY, "WAIT = 30.0", "WAIT = 0.0", "sturdy"),
    Bug(
        "takes for new what it has sent",
        STURDY,
        "if any(there is side for there, _ in self._intents):",
        "if False:",
        "sturdy",
    ),
    Bug(
        "tries a bad credential again", STURDY, "if self._refused != self._credential:", "if True:", "sturdy"
    ),
    Bug(
        "writes without a second look",
        STURDY,
        "if now is None or now.version != seen.version:",
        "if now is None:",
        "sturdy",
    ),
)
