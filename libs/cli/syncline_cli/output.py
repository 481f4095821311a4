"""What is written where: documents or tables on stdout, everything else on stderr."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TextIO
from unicodedata import category

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncline_cli.explain import explained
from syncline_cli.failures import Failure, Refused, Reply

WIDE = 2000  # for programs, which don't need lines to be broken
AT_ONCE = 500  # rows of a table that are laid out together
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # could move the cursor, or hide what is there


class Output:
    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.people, self.aside = _console(sys.stdout), _console(sys.stderr)

    def document(self, text: str) -> None:
        """As it came, in UTF-8 whatever the terminal says."""
        typer.echo(text.encode())

    def reply(self, reply: Reply, show: Callable[[Any], None]) -> None:
        if not self.as_json:
            show(reply.document)
        elif reply.text:
            self.document(reply.text)

    def say(self, text: str) -> None:
        """A result in words; documents speak for themselves."""
        if not self.as_json:
            self.people.print(shown(text), soft_wrap=True)

    def note(self, text: str) -> None:
        self.aside.print(shown(text), soft_wrap=True)

    def failure(self, failure: Failure) -> None:
        if self.as_json and isinstance(failure, Refused):
            self.document(failure.reply.text)
        first, *rest = explained(failure)
        self.aside.print(Text(shown(first), style="bold red"), soft_wrap=True)
        for line in rest:
            self.note(line)

    def facts(self, facts: Mapping[str, Any]) -> None:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in facts.items():
            table.add_row(shown(name), shown(value))
        self.people.print(table)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, none: str) -> None:
        """`none` is said if there are no rows."""
        left, any_yet = iter(rows), False
        while some := list(islice(left, AT_ONCE)):
            self.people.print(_laid_out(columns, some))
            any_yet = True
        if not any_yet:
            self.note(none)


def shown(value: Any) -> str:
    """For a person's eyes: no control characters, times without fractions, nothing as a dash."""
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(shown, value)) or "none"
    return "".join("\N{REPLACEMENT CHARACTER}" if category(it) in UNSEEN else it for it in str(value))


def time(text: str | None) -> str:
    """2026-11-20T10:47:10.123Z as 2026-11-20 10:47:10Z."""
    if text is None:
        return "-"
    day, _, rest = text.partition("T")
    return f"{day} {rest.removesuffix('Z').partition('.')[0]}Z"


def _laid_out(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name.upper(), overflow="fold", no_wrap=name == "id")
    for row in rows:
        table.add_row(*(Text(shown(it)) for it in row))
    return table


def _console(stream: TextIO) -> Console:
    """Nothing but text unless a person looks on."""
    seen = stream.isatty()
    return Console(
        file=stream,
        force_terminal=seen,
        no_color=None if seen else True,
        width=None if seen else WIDE,
        markup=False,
        emoji=False,
        highlight=False,
    )
