"""Finds, starts or installs what the tests stand on, and hands its addresses on as shell exports.

Its standard output is for `eval` and holds nothing else; an empty value means "left out, skip those tests".
"""

import asyncio
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import quote, urlsplit

import aio_pika
import asyncpg
from aiormq.exceptions import AMQPError

REPOSITORY = Path(__file__).resolve().parents[2]
CONNECT_SECONDS = 5
START_SECONDS = 60
INSTALL_SECONDS = 600
COMPOSE_SECONDS = 600
COMMAND_SECONDS = 60
ROLE = "syncline_test"


class Unavailable(Exception):
    """This way of getting something doesn't work here; the text says why."""


@dataclass(frozen=True)
class Need:
    """A server some suites can't do without."""

    label: str
    variable: str
    default: str
    package: str
    program: str
    compose_service: str
    compose_port: int
    left_out: str
    answers: Callable[[str], Coroutine[Any, Any, None]]
    start_installed: Callable[[str], str]
    compose_url: Callable[[str], str]


# several whole products at once share a server that lets in 100
FEW_CONNECTIONS = {"SYNCLINE_DATABASE_POOL_SIZE": os.environ.get("SYNCLINE_DATABASE_POOL_SIZE", "4")}
COMPILED_ONCE = {
    "PYTHONDONTWRITEBYTECODE": ""
}  # tests start hundreds of processes, each of them imports the same
MEMORY, ROOM = (
    Path("/dev/shm"),
    8 * 1024**3,
)  # a disk takes milliseconds to forget one of a hundred thousand files


def main() -> int:
    addresses, missing = {}, []
    for need in NEEDS:
        addresses[need.variable] = address_of(need)
        if not addresses[need.variable]:
            missing.append(need.left_out)
    addresses["SYNCLINE_TEST_NGINX"] = path_of_nginx()
    if not addresses["SYNCLINE_TEST_NGINX"]:
        missing.append("the scale-out end-to-end tests (they need nginx)")
    addresses["SYNCLINE_TEST_CHROMIUM"] = path_of_chromium()
    if not addresses["SYNCLINE_TEST_CHROMIUM"]:
        missing.append("the console in a browser (it needs chromium)")
    for variable, value in {**addresses, **FEW_CONNECTIONS, **COMPILED_ONCE, **in_memory()}.items():
        print(f"export {variable}={shlex.quote(value)}")
    if not missing:
        return 0
    in_ci = os.environ.get("CI") == "true"
    frame("LEFT OUT OF THIS TEST RUN", [*missing, *(["With CI=true that is a failure."] if in_ci else [])])
    if in_ci:
        print("exit 1")  # the caller evaluates this output, and `eval` alone would forget our exit status
    return int(in_ci)


def address_of(need: Need) -> str:
    """An address that answers, or nothing."""
    given = os.environ.get(need.variable)
    if given == "":
        say(f"{need.label}: {need.variable} is set to nothing, so it is left out on purpose")
        return ""
    url = given or need.default
    reason = silence(need, url)
    if reason is None:
        return url
    say(f"{need.label}: no answer at {without_password(url)}: {reason}")
    if urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
        say(f"{need.label}: that is another machine; nothing here can start it")
        return ""
    for way in (from_debian, from_compose):
        try:
            return way(need, url)
        except Unavailable as obstacle:
            say(f"{need.label}: {obstacle}")
    return ""


def from_debian(need: Need, url: str) -> str:
    install(need.package, need.program)
    return until_it_answers(need, need.start_installed(url))


def from_compose(need: Need, _: str) -> str:
    if shutil.which("docker") is None or run(["docker", "info"], check=False).returncode:
        raise Unavailable("no Docker engine answers")
    say(f"{need.label}: starting the compose service {need.compose_service}")
    compose("up", "-d", "--wait", need.compose_service, seconds=COMPOSE_SECONDS)
    published = compose("port", need.compose_service, str(need.compose_port))
    if not published or published.endswith(":0"):
        raise Unavailable(f"docker-compose.yml publishes no port of {need.compose_service}")
    return until_it_answers(need, need.compose_url(f"127.0.0.1:{published.rpartition(':')[2]}"))


def in_memory() -> dict[str, str]:
    """Where tests keep their files, if there is much of it."""
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return {"PYTEST_DEBUG_TEMPROOT": str(MEMORY)} if roomy else {}


def path_of_nginx() -> str:
    """Ordinary users on Debian don't have its folder on their PATH."""
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])
    found = shutil.which("nginx", path=places)
    if found is None:
        try:
            install("nginx", "sbin/nginx")
        except Unavailable as reason:
            say(f"nginx: {reason}")
        found = shutil.which("nginx", path=places)
    return found or ""


def path_of_chromium() -> str:
    if shutil.which("chromium") is None:
        try:
            install("chromium", "bin/chromium")
        except Unavailable as reason:
            say(f"chromium: {reason}")
    return shutil.which("chromium") or ""


def install(package: str, program: str) -> None:
    """Does nothing when the program is there already, in whichever package it came."""
    if any(Path("/usr").glob(program)):
        return
    if not Path("/etc/debian_version").exists() or os.geteuid() != 0:
        raise Unavailable(f"it is not installed, and installing {package} needs Debian and root")
    say(f"installing Debian's {package}; this may take a few minutes")
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
    if run(command, seconds=INSTALL_SECONDS, check=False).returncode:
        run(["apt-get", "update", "-q"], seconds=INSTALL_SECONDS)
        run(command, seconds=INSTALL_SECONDS)


def start_postgres(url: str) -> str:
    """Starts the first cluster if it is down; a new Debian's lets nobody in over TCP, so a role is made."""
    version, name, port, state = first_cluster()
    if state.startswith("down"):
        say(f"PostgreSQL: starting the cluster {version}/{name}")
        run(["pg_ctlcluster", version, name, "start"], seconds=START_SECONDS)
    by_default = urlsplit(url)._replace(netloc=f"postgres@127.0.0.1:{port}").geturl()
    if silence(POSTGRES, by_default) is None:
        return by_default
    password = role_password()
    say(f"PostgreSQL: making the role {ROLE}, which may log in and create databases")
    statement = f"""
        SELECT 'CREATE ROLE {ROLE}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \\gexec
        ALTER ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}';
    """
    as_owner = ["runuser", "-u", "postgres", "--", "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    run([*as_owner, "-p", port, "-d", "postgres"], given=statement)
    return f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/postgres"


def first_cluster() -> tuple[str, str, str, str]:
    """Version, name, port and state, as Debian's cluster tools know them."""
    if os.geteuid() != 0:
        raise Unavailable("starting Debian's cluster needs root")
    for _ in range(2):
        listed = run(["pg_lsclusters", "--no-header"]).stdout.split()
        if listed:
            return listed[0], listed[1], listed[2], listed[3]
        newest = max(Path("/usr/lib/postgresql").iterdir(), key=lambda folder: int(folder.name)).name
        run(["pg_createcluster", newest, "main"], seconds=START_SECONDS)
    raise Unavailable("pg_createcluster made no cluster")


def role_password() -> str:
    """The same on every run, so that two runs on one machine don't lock each other out."""
    kept = Path.home() / ".cache" / "syncline-test-postgres"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(16))
    return kept.read_text()


def start_rabbit(url: str) -> str:
    """Left to itself the node would take clients from everywhere; the tests need the loopback only."""
    if os.geteuid() != 0:
        raise Unavailable("starting Debian's node needs root")
    if silence(RABBIT, url) is not None:
        say("RabbitMQ: starting the node")
        loopback = {"RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1"}
        run(["rabbitmq-server", "-detached"], seconds=START_SECONDS, environment=loopback)
    return RABBIT.default


def postgres_of_compose(host: str) -> str:
    user = compose_value("postgres", "POSTGRES_USER", "postgres")
    password = compose_value("postgres", "POSTGRES_PASSWORD", "")
    database = compose_value("postgres", "POSTGRES_DB", user)
    return f"postgresql://{quote(user, '')}:{quote(password, '')}@{host}/{quote(database, '')}"


def rabbit_of_compose(host: str) -> str:
    user = compose_value("rabbitmq", "RABBITMQ_DEFAULT_USER", "guest")
    password = compose_value("rabbitmq", "RABBITMQ_DEFAULT_PASS", "guest")
    return f"amqp://{quote(user, '')}:{quote(password, '')}@{host}/"


def compose_value(service: str, variable: str, otherwise: str) -> str:
    return compose("exec", "-T", service, "sh", "-c", f'printf %s "${{{variable}:-}}"') or otherwise


def compose(*arguments: str, seconds: float = COMMAND_SECONDS) -> str:
    file = str(REPOSITORY / "docker-compose.yml")
    return run(["docker", "compose", "-f", file, *arguments], seconds=seconds).stdout


async def ask_postgres(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    await connection.close(timeout=CONNECT_SECONDS)


async def ask_rabbit(url: str) -> None:
    """Knocks first, since the AMQP client logs a traceback for every refused connection."""
    parts = urlsplit(url)
    knock = asyncio.open_connection(parts.hostname, parts.port or 5672)
    _, writer = await asyncio.wait_for(knock, CONNECT_SECONDS)
    writer.close()
    connection = await aio_pika.connect(url, timeout=CONNECT_SECONDS)
    await connection.close()


def silence(need: Need, url: str) -> str | None:
    """Why nobody answers there, or None when somebody does."""
    try:
        asyncio.run(need.answers(url))
    except (OSError, AMQPError, asyncpg.PostgresError, asyncpg.InterfaceError) as reason:
        return str(reason) or type(reason).__name__
    return None


def until_it_answers(need: Need, url: str) -> str:
    deadline = time.monotonic() + START_SECONDS
    while (reason := silence(need, url)) is not None:
        if time.monotonic() > deadline:
            raise Unavailable(f"{without_password(url)} is silent after {START_SECONDS} s: {reason}")
        time.sleep(0.5)
    say(f"{need.label}: answers at {without_password(url)}")
    return url


def run(
    command: Sequence[str],
    *,
    seconds: float = COMMAND_SECONDS,
    given: str = "",
    environment: dict[str, str] | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Within a time limit; with `check`, a failure is `Unavailable` with what the command said.

    It says so into files: a server that the command leaves running would keep a pipe open.
    """
    everything = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", **(environment or {})}
    with TemporaryFile("w+") as output, TemporaryFile("w+") as errors, TemporaryFile("w+") as source:
        source.write(given)
        source.seek(0)
        try:
            code = subprocess.run(
                command,
                env=everything,
                stdin=source,
                stdout=output,
                stderr=errors,
                timeout=seconds,
                check=False,
            ).returncode
        except FileNotFoundError:
            raise Unavailable(f"there is no command `{command[0]}`") from None
        except subprocess.TimeoutExpired:
            raise Unavailable(f"`{shlex.join(command)}` took more than {seconds:.0f} s") from None
        said, complained = (text_of(stream) for stream in (output, errors))
    if check and code:
        raise Unavailable(f"`{shlex.join(command)}` ended with {code}: {(complained or said)[-600:]}")
    return subprocess.CompletedProcess(command, code, said, complained)


def text_of(stream: IO[str]) -> str:
    stream.seek(0)
    return stream.read().strip()


def without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def say(line: str) -> None:
    print(f"ensure: {line}", file=sys.stderr, flush=True)


def frame(title: str, lines: Sequence[str]) -> None:
    width = 76
    wrapped = [part for line in lines for part in textwrap.wrap(line, width - 2, subsequent_indent="  ")]
    edge = f"+{'=' * (width + 2)}+"
    body = [f"| {line:<{width}} |" for line in (title, "", *wrapped)]
    print("\n".join(["", edge, *body, edge, ""]), file=sys.stderr, flush=True)


POSTGRES = Need(
    label="PostgreSQL",
    variable="SYNCLINE_TEST_POSTGRES",
    default="postgresql://postgres@127.0.0.1:5432/postgres",
    package="postgresql",
    program="lib/postgresql/*/bin/postgres",
    compose_service="postgres",
    compose_port=5432,
    left_out="every test on PostgreSQL (stores, actions, processes, chaos); SQLite's still run",
    answers=ask_postgres,
    start_installed=start_postgres,
    compose_url=postgres_of_compose,
)
RABBIT = Need(
    label="RabbitMQ",
    variable="SYNCLINE_TEST_RABBIT",
    default="amqp://guest:guest@127.0.0.1:5672/",
    package="rabbitmq-server",
    program="lib/rabbitmq/bin/rabbitmq-server",
    compose_service="rabbitmq",
    compose_port=5672,
    left_out="every test on RabbitMQ (transport contract, processes, chaos); the memory bus's still run",
    answers=ask_rabbit,
    start_installed=start_rabbit,
    compose_url=rabbit_of_compose,
)
NEEDS = (POSTGRES, RABBIT)

if __name__ == "__main__":
    sys.exit(main())
