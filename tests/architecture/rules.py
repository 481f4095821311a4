"""The house rules that no off-the-shelf linter knows. A rule yields what is wrong with a source, in words."""

import ast
import sys
from collections.abc import Callable, Iterator

from architecture.sources import COMMON, SERVICES, Source, avoided_here, words_of

LONGEST_FILE, LONGEST_FUNCTION = 400, 50
NOWHERE: tuple[str, ...] = ()
RABBIT = (f"{COMMON}bus/rabbit/",)

ONLY_IN: dict[str, tuple[str, ...]] = {  # a name, and the only places in the product that may use it
    "aio_pika": RABBIT,
    "aiormq": RABBIT,
    "pamqp": RABBIT,
    "commit": (f"{COMMON}db/tx.py",),  # a transaction is opened and closed in one place
    "autocommit": NOWHERE,
    "AUTOCOMMIT": NOWHERE,
    "create_all": NOWHERE,  # migrations make the tables
    "HTTPException": (  # actions raise DomainError; the problem handler answers, in the console with a page
        f"{COMMON}api/problems.py",
        "services/console/syncline_console/pages/refusals.py",
    ),
    "BaseHTTPMiddleware": NOWHERE,  # its cancellation leaks connections
    "middleware": NOWHERE,  # `@app.middleware` is the same under another name
    "getenv": NOWHERE,  # settings are typed, built once, and passed
    "environ": NOWHERE,
    "environb": NOWHERE,
    "httpx": NOWHERE,
    "httpx2": (
        f"{COMMON}clients/",
        f"{COMMON}sdk/",
        f"{COMMON}runtime/",
        "services/console/syncline_console/app.py",
        "services/console/syncline_console/client/line.py",
        "libs/cli/syncline_cli/line.py",
        "libs/sandbox/syncline_sandbox/post.py",
    ),
    "syncline_sandbox": ("libs/sandbox/",),
    "utcnow": NOWHERE,
    "utcfromtimestamp": NOWHERE,
}
CLOCK = (f"{COMMON}clock.py", "libs/sandbox/syncline_sandbox/clock.py")
IDS = (f"{COMMON}ids.py",)
CALLS_ONLY_IN = {  # the same for `this.that`
    ("datetime", "now"): CLOCK,
    ("datetime", "today"): NOWHERE,
    ("date", "today"): NOWHERE,
    ("time", "time"): IDS,
    ("time", "time_ns"): IDS,
    ("time", "sleep"): NOWHERE,  # it would stop every loop of the process
    ("engine", "begin"): (f"{COMMON}db/migrate.py",),  # a commit as well
}
CATCH_ALL = (
    f"{COMMON}runtime/supervisor.py",
    f"{COMMON}bus/inbox.py",
    f"{COMMON}bus/rabbit/",
    f"{COMMON}db/tx.py",
    f"{COMMON}testing/",
    "services/sync-worker/syncline_sync_worker/work/worker.py",  # a bug of ours concerns one record alone
)
IMPURE = frozenset(
    [
        "asyncio",
        "io",
        "logging",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "socket",
        "sqlite3",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
    ]
)
MAKES_ITS_OWN = frozenset(["uuid1", "uuid4", "new_id", "now", "today"])
LATER = ("TO" + "DO", "FIX" + "ME", "XX" + "X")

Rule = Callable[[Source], Iterator[str]]


def sizes(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{lines} lines are too many: split the file by what it is about"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{node.name} has {length} lines"


def says_why_it_exists(source: Source) -> Iterator[str]:
    if source.tree.body and not (ast.get_docstring(source.tree) or "").strip():
        yield "a module opens with one line that says why it exists"


def everything_where_it_belongs(source: Source) -> Iterator[str]:
    if not source.is_product:
        return
    used = set(source.names())
    for name, places in ONLY_IN.items():
        if name in used and not source.is_at(places):
            yield f"{name} does not belong here"
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(value=ast.Name(id=this) | ast.Attribute(attr=this), attr=that):
                if not source.is_at(CALLS_ONLY_IN.get((this, that), (source.path,))):
                    yield f"{this}.{that} does not belong here"


def only_the_supervisor_runs_for_ever(source: Source) -> Iterator[str]:
    if not source.is_product or source.path == f"{COMMON}runtime/supervisor.py":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
            yield f"line {node.lineno}: an endless loop is the supervisor's"


def nothing_is_swallowed(source: Source) -> Iterator[str]:
    if not source.is_product or source.is_at(CATCH_ALL):
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.ExceptHandler(type=kind) if kind is None or _is_everything(kind):
                yield f"line {node.lineno}: catches everything"
            case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=kinds):
                if any(map(_is_everything, kinds)):
                    yield f"line {node.lineno}: swallows everything"


def _is_everything(kind: ast.expr) -> bool:
    match kind:
        case ast.Tuple(elts=kinds):
            return any(map(_is_everything, kinds))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in ("Exception", "BaseException")
    return False


def words(source: Source) -> Iterator[str]:
    """In the names of modules and classes, and in event types; the glossary says which, and why."""
    if not source.is_product:
        return
    given = [source.path.rpartition("/")[2].removesuffix(".py")]
    given += [node.name for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
    given += [word for topic in _topics(source) for word in topic.split(".")]
    for name in given:
        for word in sorted(words_of(name) & avoided_here()):
            yield f"{name}: say something else for {word} (docs/glossary.md)"


def _topics(source: Source) -> Iterator[str]:
    if source.path.startswith(f"{COMMON}events/"):
        for node in ast.walk(source.tree):
            match node:
                case ast.Constant(value=str(text)) if text.count(".") >= 2 and " " not in text:
                    yield text


def nothing_is_put_off(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if any(word in line for word in LATER):
            yield f"line {number}: do it, or write an issue"


def nothing_is_patched(source: Source) -> Iterator[str]:
    """What needs patching needs a port."""
    if "mock" in {part for module in source.imports() for part in module.split(".")}:
        yield "imports mock"
    for node in ast.walk(source.tree):
        match node:
            case ast.arg(arg="mocker"):
                yield f"line {node.lineno}: mocker"
            case ast.Attribute(value=ast.Name(id="mock" | "mocker"), attr="patch"):
                yield f"line {node.lineno}: mock.patch"
            case ast.Attribute(value=ast.Name(id="monkeypatch"), attr="setattr"):
                yield f"line {node.lineno}: monkeypatch.setattr is a patch as well"


def domain_is_pure(source: Source) -> Iterator[str]:
    """Standard library without I/O and clock, errors, schemas; what it needs is passed in."""
    if not source.is_service or not source.inside.startswith(("domain/", "engine/")):
        return
    own = tuple(f"{source.package}.{room}" for room in ("domain", "engine"))
    ours = ("syncline_common.errors", "syncline_common.schemas", *own)
    if source.inside == "engine/compile.py":  # where a configuration becomes rules
        ours += ("syncline_common.configuration",)
    for module in source.imports():
        first = module.partition(".")[0]
        known = first in sys.stdlib_module_names and first not in IMPURE
        if not known and not any(module == it or module.startswith(f"{it}.") for it in ours):
            yield f"imports {module}"
    for name in sorted(MAKES_ITS_OWN & set(source.names())):
        yield f"{name}: times and ids are passed in"


def each_file_keeps_to_its_part(source: Source) -> Iterator[str]:
    """The column "never" of a service's parts."""
    if not source.is_service:
        return
    room = source.inside.partition("/")[0]
    never = {
        "api": {"sqlalchemy"},
        "actions": {"sqlalchemy", "fastapi", "starlette", "httpx2"},
        "events": {"sqlalchemy", "fastapi", "starlette", "httpx2"},
        "store": {"fastapi", "starlette", "httpx2"},
    }.get(room, set[str]())
    for module in source.imports():
        if module.partition(".")[0] in never:
            yield f"{room} never imports {module}"
    if room == "api" and any(isinstance(node, ast.Try) for node in ast.walk(source.tree)):
        yield "routes don't catch: the problem handler answers"


def dependencies_end_before_the_answer(source: Source) -> Iterator[str]:
    """A `yield` dependency ends after the answer was sent unless its scope is the function."""
    yields = {
        node.name
        for node in ast.walk(source.tree)
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
        and any(isinstance(it, ast.Yield) for it in ast.walk(node))
    }
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Name(id="Depends"), args=[ast.Name(id=name), *_], keywords=given):
                if name in yields and "scope" not in {it.arg for it in given}:
                    yield f'line {node.lineno}: Depends({name}, scope="function")'


def rows_in_bulk(source: Source) -> Iterator[str]:
    if not source.is_product:
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="values"), args=[ast.List() | ast.ListComp(), *_]):
                yield f"line {node.lineno}: execute(statement, rows) is 15 times as fast as values(rows)"


def events_are_published_by_their_owner(source: Source) -> Iterator[str]:
    if not source.is_service:
        return
    owner = {package: name for name, package in SERVICES.items()}[source.package]
    foreign = {
        alias.asname or alias.name
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("syncline_common.events.")
        and node.module != f"syncline_common.events.{owner}"
        for alias in node.names
    }
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="publish"), args=given):
                for event in given:
                    match event:
                        case ast.Call(func=ast.Name(id=name)) if name in foreign:
                            yield f"{name} is not ours to announce"


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        sizes,
        says_why_it_exists,
        everything_where_it_belongs,
        only_the_supervisor_runs_for_ever,
        nothing_is_swallowed,
        words,
        nothing_is_put_off,
        nothing_is_patched,
        domain_is_pure,
        each_file_keeps_to_its_part,
        dependencies_end_before_the_answer,
        rows_in_bulk,
        events_are_published_by_their_owner,
    )
}
