"""Which processes a stack has, where they listen, and what each of them is told."""

import os
import random
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.processes import CannotStart, Program

REPOSITORY = Path(__file__).resolve().parents[2]
APIS = {
    "registry": "syncline_registry",
    "connections": "syncline_connections",
    "sync": "syncline_sync_worker",
    "matching": "syncline_matching",
}
LOOPBACK = "127.0.0.1"
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
OURS_TO_SAY = ("SYNCLINE_PORT", "SYNCLINE_BIND", "SYNCLINE_INSTANCE", "SYNCLINE_DATA_DIR")


@dataclass(frozen=True, slots=True)
class Ports:
    """Chosen once, so that a process that is started again is found where it was."""

    proxy: int
    apis: Mapping[str, int]
    console: int
    workers: Sequence[int]

    @property
    def base_url(self) -> str:
        return f"http://{LOOPBACK}:{self.proxy}"


def choose_ports(proxy: int, workers: int) -> Ports:
    if proxy and not _is_free(proxy):
        raise CannotStart(f"Port {proxy} is taken. Choose another: make stack PORT=8090 (0 takes a free one)")
    free = _free_ports(len(APIS) + workers + 2)
    apis = dict(zip(APIS, free, strict=False))
    return Ports(proxy or free[-1], apis, free[-2], free[len(APIS) : -2])


def environment(ports: Ports, folder: Path, *, database: str, bus: str) -> dict[str, str]:
    """What all of them are told. Other settings of the caller pass through."""
    passed = {name: value for name, value in os.environ.items() if name not in OURS_TO_SAY}
    rooms = [REPOSITORY / "libs/common", *sorted(REPOSITORY.glob("services/*"))]
    return {
        "SYNCLINE_PUBLIC_URL": ports.base_url,
        "SYNCLINE_DATA_DIR": str(folder),  # where they find the keys of the installation
        **passed,
        "PYTHONPATH": os.pathsep.join(str(room) for room in rooms),
        "PYTHONUNBUFFERED": "1",
        "SYNCLINE_BIND": LOOPBACK,
        "SYNCLINE_DATABASE_URL": database,
        "SYNCLINE_BUS_URL": bus,
        **{f"SYNCLINE_{name.upper()}_URL": f"http://{LOOPBACK}:{port}" for name, port in ports.apis.items()},
    }


def migration(told: Mapping[str, str]) -> Program:
    return _python("migrate", "syncline_embedded", "migrate", told, 0)


def apis(ports: Ports, told: Mapping[str, str]) -> list[Program]:
    return [_python(f"{name}-1", module, "serve", told, ports.apis[name]) for name, module in APIS.items()]


def console_and_workers(ports: Ports, told: Mapping[str, str]) -> list[Program]:
    workers = [
        _python(f"worker-{number}", "syncline_sync_worker", "work", told, port)
        for number, port in enumerate(ports.workers, 1)
    ]
    return [_python("console-1", "syncline_console", "serve", told, ports.console), *workers]


def _python(name: str, module: str, what: str, told: Mapping[str, str], port: int) -> Program:
    own = {"SYNCLINE_INSTANCE": name, "SYNCLINE_PORT": str(port)}
    return Program(name, (sys.executable, "-m", module, what), {**told, **own}, port)


def _free_ports(count: int) -> list[int]:
    """Below the range that the system hands out: a client that tries a dead server's port again and again could
    otherwise be given that very port, and reach itself."""
    first = int(EPHEMERAL.read_text().split()[0]) if EPHEMERAL.exists() else 32768
    found: list[int] = []
    for port in random.sample(range(min(20000, first // 2), first), 500):
        if _is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise CannotStart(f"There are no {count} free ports below {first} on {LOOPBACK}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what closed just now may linger
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
