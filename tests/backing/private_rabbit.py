"""A RabbitMQ node that belongs to one test, so that the test may stop and kill it."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aio_pika
from aiormq.exceptions import AMQPError

from backing import LOOPBACK, ServerProcess, bare_environment, free_port

# The package's own script: the one on PATH changes to the system's user and to the system's data.
SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
START_SECONDS = 60
STOP_SECONDS = 40
# RabbitMQ 3.10 writes the name of a new quorum queue to disk only about a second after it has answered
# the declaration. A queue killed sooner comes back without a leader and without even its confirmed messages.
NEW_QUEUE_SETTLES_SECONDS = 2.0
TIED_TO_ITS_STARTER = ("setpriv", "--pdeathsig=KILL", "--")


def installed() -> bool:
    return SCRIPT.exists()


class PrivateRabbit:
    """One node; every start is on the same data and the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._environment = _environment(folder, self._port)
        self._process: ServerProcess | None = None
        self.url = f"amqp://guest:guest@{LOOPBACK}:{self._port}/"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    @property
    def pid(self) -> int:
        """The process of the Erlang machine itself, which also leads its process group."""
        return self._started().pid

    async def start(self) -> None:
        """Returns when a client gets through the AMQP handshake."""
        if self.running:
            raise RuntimeError("this node runs already")
        command = (*TIED_TO_ITS_STARTER, str(SCRIPT))
        output = self._folder / "log" / "output.log"
        self._process = ServerProcess(command, self._environment, self._folder, output)
        await self._process.until_ready(self._answers, START_SECONDS)

    async def stop(self) -> None:
        """A clean stop: queues are closed in order and everything is on disk."""
        await self._started().end(signal.SIGTERM, STOP_SECONDS)

    async def kill(self) -> None:
        """What a power cut does to the process (the disk keeps what the system has been given)."""
        await self._started().kill()

    def _started(self) -> ServerProcess:
        if self._process is None:
            raise RuntimeError("this node was never started")
        return self._process

    async def _answers(self) -> bool:
        """Knocks first, since the AMQP client logs an error for every refused connection."""
        try:
            _, knock = await asyncio.open_connection(LOOPBACK, self._port)
            knock.close()
            connection = await aio_pika.connect(self.url, timeout=5)
        except (OSError, AMQPError):
            return False
        await connection.close()
        return True


@asynccontextmanager
async def private_rabbit(folder: Path) -> AsyncIterator[PrivateRabbit]:
    """A running node with all its files in `folder`; whatever the test did to it, it is gone afterwards."""
    node = PrivateRabbit(folder)
    try:
        await node.start()
        yield node
    finally:
        if node.running:
            await node.kill()


def _environment(folder: Path, port: int) -> dict[str, str]:
    """Names a place in `folder` for everything the node would otherwise look up among the system's files."""
    for name in ("home", "log", "mnesia", "schema"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    files = {
        "rabbitmq.conf": f"listeners.tcp.local = {LOOPBACK}:{port}\nlog.console = true\nlog.file = false\n",
        "advanced.config": "[].\n",
        "enabled_plugins": "[].\n",
        "rabbitmq-env.conf": "",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    cookie = folder / "home" / ".erlang.cookie"
    cookie.write_text(secrets.token_hex(16))
    cookie.chmod(0o400)
    return bare_environment(
        HOME=str(folder / "home"),
        detached="true",  # the script then becomes the server instead of waiting for it as its child
        ERL_EPMD_ADDRESS=LOOPBACK,
        ERL_FLAGS=f"-kernel inet_dist_use_interface {{{LOOPBACK.replace('.', ',')}}}",
        RABBITMQ_NODENAME=f"syncline_{secrets.token_hex(6)}@localhost",
        RABBITMQ_USE_LONGNAME="false",
        RABBITMQ_DIST_PORT=str(free_port()),
        RABBITMQ_CONF_ENV_FILE=str(folder / "rabbitmq-env.conf"),
        RABBITMQ_CONFIG_FILE=str(folder / "rabbitmq.conf"),
        RABBITMQ_ADVANCED_CONFIG_FILE=str(folder / "advanced.config"),
        RABBITMQ_ENABLED_PLUGINS_FILE=str(folder / "enabled_plugins"),
        RABBITMQ_MNESIA_BASE=str(folder / "mnesia"),
        RABBITMQ_SCHEMA_DIR=str(folder / "schema"),
        RABBITMQ_LOG_BASE=str(folder / "log"),
        RABBITMQ_PID_FILE=str(folder / "node.pid"),
    )
