"""Brings up victims quickly: everything is imported once, each process is a fork of this one.

Reads a JSON line per process to start, writes `started <name> <pid>` and `ended <name> <code>` lines. When whoever
talks to it goes away, so do it and its processes.
"""

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from chaos.lone_worker import live_alone
from chaos.victim import live

DIE_WITH_THE_PARENT = 1  # PR_SET_PDEATHSIG
LIVES: Mapping[str, Callable[[Path], None]] = {
    "services": partial(live, with_steps=False),
    "with steps": partial(live, with_steps=True),
    "alone": live_alone,
}
running: dict[int, str] = {}


def main() -> None:
    signal.signal(signal.SIGCHLD, _collect)
    try:
        for line in sys.stdin:
            _start(json.loads(line))
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for pid in running:
            os.kill(pid, signal.SIGKILL)


def _start(order: dict[str, Any]) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    pid = os.fork()
    if pid == 0:
        _become(order)
    running[pid] = order["name"]
    _say(f"started {order['name']} {pid}")
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


def _become(order: dict[str, Any]) -> None:
    """In the fork. Never returns."""
    ctypes.CDLL(None).prctl(DIE_WITH_THE_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    code = 70
    try:
        folder = Path(order["folder"])
        output = os.open(folder / f"{order['name']}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for number in (1, 2):
            os.dup2(output, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(order["environment"])
        LIVES[order["life"]](folder)
        code = 0
    except SystemExit as exc:
        print(exc, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    sys.stderr.flush()
    os._exit(code)


def _collect(*_: object) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        _say(f"ended {running.pop(pid)} {os.waitstatus_to_exitcode(status)}")


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
