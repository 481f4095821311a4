"""Every rule holds everywhere, and every rule can fail."""

import pytest

from architecture.rules import LATER, LONGEST_FILE, LONGEST_FUNCTION, RULES
from architecture.sources import Source, avoided_here, avoided_words, python_sources, words_of

COMMON, REGISTRY = "libs/common/syncline_common", "services/registry/syncline_registry"
ANYWHERE = f"{COMMON}/anywhere.py"

BROKEN = [  # rule, where, what
    ("sizes", "tests/x.py", "#\n" * (LONGEST_FILE + 1)),
    ("sizes", ANYWHERE, "def f():\n" + "    pass\n" * LONGEST_FUNCTION),
    ("sizes", ANYWHERE, "class A:\n    async def f(self):\n" + "        pass\n" * LONGEST_FUNCTION),
    ("says_why_it_exists", "tests/x.py", "import os\n"),
    ("says_why_it_exists", ANYWHERE, '""" """\nimport os\n'),
    ("everything_where_it_belongs", f"{COMMON}/bus/relay.py", "import aio_pika\n"),
    ("everything_where_it_belongs", f"{COMMON}/bus/rabbit.py", "from aio_pika.abc import AbstractChannel\n"),
    ("everything_where_it_belongs", f"{COMMON}/db/types.py", "await session.commit()\n"),
    ("everything_where_it_belongs", f"{REGISTRY}/actions/x.py", "await tx.session.commit()\n"),
    ("everything_where_it_belongs", ANYWHERE, "async with self.engine.begin():\n    pass\n"),
    ("everything_where_it_belongs", ANYWHERE, "async with engine.begin():\n    pass\n"),
    ("everything_where_it_belongs", f"{COMMON}/api/lists.py", "import httpx2\n"),
    ("everything_where_it_belongs", "services/console/syncline_console/pages/x.py", "import httpx2\n"),
    ("everything_where_it_belongs", f"{COMMON}/clients/x.py", "from httpx import AsyncClient\n"),
    ("everything_where_it_belongs", f"{COMMON}/settings.py", "import os\nos.getenv('A')\n"),
    ("everything_where_it_belongs", f"{REGISTRY}/app.py", "from os import environ\n"),
    ("everything_where_it_belongs", f"{COMMON}/testing/x.py", "metadata.create_all(engine)\n"),
    ("everything_where_it_belongs", f"{COMMON}/api/gate.py", "class Gate(BaseHTTPMiddleware):\n    pass\n"),
    ("everything_where_it_belongs", f"{REGISTRY}/app.py", "@app.middleware('http')\ndef f(): ...\n"),
    ("everything_where_it_belongs", f"{REGISTRY}/api/x.py", "from fastapi import HTTPException\n"),
    ("everything_where_it_belongs", f"{REGISTRY}/app.py", "import syncline_sandbox.core\n"),
    ("everything_where_it_belongs", f"{REGISTRY}/app.py", "datetime.datetime.now()\n"),
    ("everything_where_it_belongs", f"{REGISTRY}/app.py", "datetime.now(UTC)\n"),
    ("everything_where_it_belongs", f"{COMMON}/bus/x.py", "time.time()\n"),
    ("everything_where_it_belongs", f"{COMMON}/bus/x.py", "time.sleep(1)\n"),
    ("only_the_supervisor_runs_for_ever", f"{COMMON}/bus/relay.py", "while True:\n    pass\n"),
    ("only_the_supervisor_runs_for_ever", f"{REGISTRY}/loops.py", "while 1:\n    pass\n"),
    ("nothing_is_swallowed", f"{REGISTRY}/actions/x.py", "try:\n    f()\nexcept Exception:\n    pass\n"),
    ("nothing_is_swallowed", f"{COMMON}/db/x.py", "try:\n    f()\nexcept BaseException:\n    raise\n"),
    ("nothing_is_swallowed", ANYWHERE, "try:\n    f()\nexcept:\n    pass\n"),
    ("nothing_is_swallowed", ANYWHERE, "try:\n    f()\nexcept (OSError, Exception):\n    pass\n"),
    ("nothing_is_swallowed", ANYWHERE, "with contextlib.suppress(Exception):\n    f()\n"),
    ("words", f"{COMMON}/utils.py", ""),
    ("words", ANYWHERE, "class ConnectionManager:\n    pass\n"),
    ("words", f"{COMMON}/events/sync.py", "topic = 'sync.job.finished'\n"),
    ("nothing_is_put_off", "tests/x.py", f"# {LATER[0]}: later\n"),
    ("nothing_is_put_off", ANYWHERE, f"# {LATER[1]} later\n"),
    ("nothing_is_patched", "tests/x.py", "from unittest.mock import patch\n"),
    ("nothing_is_patched", "tests/x.py", "from unittest import mock\nmock.patch('a')\n"),
    ("nothing_is_patched", "tests/x.py", "def test(mocker): ...\n"),
    ("nothing_is_patched", "tests/x.py", "monkeypatch.setattr(a, 'b', None)\n"),
    ("domain_is_pure", f"{REGISTRY}/domain/x.py", "from sqlalchemy import select\n"),
    ("domain_is_pure", f"{REGISTRY}/domain/x.py", "from syncline_common.db.tx import Tx\n"),
    ("domain_is_pure", f"{REGISTRY}/domain/x.py", "from syncline_registry.store import tables\n"),
    ("domain_is_pure", f"{REGISTRY}/domain/x.py", "import time\n"),
    ("domain_is_pure", f"{REGISTRY}/domain/x.py", "from uuid import uuid4\n"),
    ("domain_is_pure", f"{REGISTRY}/engine/x.py", "at = clock.now()\n"),
    ("each_file_keeps_to_its_part", f"{REGISTRY}/api/x.py", "from sqlalchemy import select\n"),
    ("each_file_keeps_to_its_part", f"{REGISTRY}/api/x.py", "try:\n    f()\nexcept ValueError:\n    pass\n"),
    ("each_file_keeps_to_its_part", f"{REGISTRY}/actions/x.py", "from sqlalchemy import select\n"),
    ("each_file_keeps_to_its_part", f"{REGISTRY}/actions/x.py", "from fastapi import Request\n"),
    ("each_file_keeps_to_its_part", f"{REGISTRY}/events/handlers.py", "import sqlalchemy as sa\n"),
    ("each_file_keeps_to_its_part", f"{REGISTRY}/store/x.py", "from fastapi import Request\n"),
    ("dependencies_end_before_the_answer", ANYWHERE, "async def a():\n    yield 1\nB = Depends(a)\n"),
    ("rows_in_bulk", f"{REGISTRY}/store/x.py", "insert(table).values([{'a': 1}])\n"),
    ("rows_in_bulk", f"{REGISTRY}/store/x.py", "insert(table).values([it.row for it in all])\n"),
    (
        "events_are_published_by_their_owner",
        "services/matching/syncline_matching/actions/x.py",
        "from syncline_common.events.registry import NetworkCreated\ntx.publish(NetworkCreated(a=1))\n",
    ),
]

SOUND = [  # close to what is refused, and allowed
    ("sizes", "tests/x.py", "#\n" * LONGEST_FILE),
    ("sizes", ANYWHERE, "def f():\n" + "    pass\n" * (LONGEST_FUNCTION - 1)),
    ("says_why_it_exists", ANYWHERE, ""),
    ("everything_where_it_belongs", f"{COMMON}/bus/rabbit/x.py", "import aio_pika\n"),
    ("everything_where_it_belongs", f"{COMMON}/db/tx.py", "await session.commit()\n"),
    ("everything_where_it_belongs", f"{COMMON}/db/x.py", "async with db.begin() as tx:\n    pass\n"),
    ("everything_where_it_belongs", f"{COMMON}/logging.py", "NOISY = ('aio_pika', 'httpx')\n"),
    ("everything_where_it_belongs", "services/console/syncline_console/app.py", "import httpx2\n"),
    ("everything_where_it_belongs", "tests/x.py", "import os\nos.environ['A']\n"),
    ("everything_where_it_belongs", f"{COMMON}/clock.py", "datetime.now(UTC)\n"),
    ("everything_where_it_belongs", ANYWHERE, "await tx.now()\ntime.perf_counter()\n"),
    ("only_the_supervisor_runs_for_ever", f"{COMMON}/runtime/supervisor.py", "while True:\n    pass\n"),
    ("only_the_supervisor_runs_for_ever", ANYWHERE, "while not done:\n    pass\n"),
    ("nothing_is_swallowed", f"{COMMON}/bus/inbox.py", "try:\n    f()\nexcept Exception:\n    pass\n"),
    ("nothing_is_swallowed", ANYWHERE, "try:\n    f()\nexcept (OSError, ValueError):\n    pass\n"),
    ("words", ANYWHERE, '"""Managers may; helpers help."""\nleft = utils = 1\n'),
    ("nothing_is_put_off", ANYWHERE, "# nothing is left to do\n"),
    ("nothing_is_patched", "tests/x.py", "monkeypatch.setenv('A', 'b')\nclient.patch('/x')\n"),
    (
        "domain_is_pure",
        f"{REGISTRY}/domain/x.py",
        "from datetime import datetime\nfrom uuid import UUID\nfrom syncline_common.errors import Stale\n"
        "from syncline_registry.domain.network import Network\n",
    ),
    ("domain_is_pure", f"{REGISTRY}/store/x.py", "from sqlalchemy import select\n"),
    ("each_file_keeps_to_its_part", f"{REGISTRY}/store/x.py", "from sqlalchemy import select\n"),
    (
        "dependencies_end_before_the_answer",
        ANYWHERE,
        "async def a():\n    yield 1\nB = Depends(a, scope='function')\nC = Depends(b)\n",
    ),
    ("rows_in_bulk", f"{REGISTRY}/store/x.py", "insert(table).values(a=[1])\n"),
    (
        "events_are_published_by_their_owner",
        f"{REGISTRY}/actions/x.py",
        "from syncline_common.events.registry import NetworkCreated\ntx.publish(NetworkCreated(a=1))\n",
    ),
]


def complaints(rule: str, source: Source) -> list[str]:
    return [f"{source.path}: {what}" for what in RULES[rule](source)]


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds_everywhere(rule: str) -> None:
    found = [complaint for source in python_sources() for complaint in complaints(rule, source)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_the_rule_finds_what_breaks_it(rule: str, path: str, text: str) -> None:
    assert complaints(rule, Source(path, text))


@pytest.mark.parametrize(("rule", "path", "text"), SOUND)
def test_the_rule_lets_pass_what_is_allowed(rule: str, path: str, text: str) -> None:
    assert complaints(rule, Source(path, text)) == []


def test_every_rule_was_seen_to_fail() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ConnectionManager", {"connection", "manager"}),
        ("HTTPGateWay", {"http", "gate", "way"}),
        ("set_aside", {"set", "aside"}),
        ("__main__", {"main"}),
    ],
)
def test_names_are_taken_apart(name: str, words: set[str]) -> None:
    assert words_of(name) == words


def test_avoided_words_are_read_from_the_glossary() -> None:
    table = (
        "| word | meaning | not |\n|---|---|---|\n| Run | One `go` | `job`, task |\n| Kind | A type | - |\n"
    )
    assert avoided_words(table) == {"job"}
    assert {"manager", "helper", "utils", "tenant", "job"} <= avoided_here()
