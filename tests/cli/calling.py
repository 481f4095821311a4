"""`syncline`, called as a person or a program calls it, with a configuration folder of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cli.running import OPERATOR, Person
from syncline_cli.app import NAME, make_app

WITHIN = 120


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The only one there is on stdout."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def documents(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def items(self) -> list[Any]:
        return [item for page in self.documents for item in page["items"]]


@dataclass
class Syncline:
    home: Path
    url: str
    env: dict[str, str] = field(default_factory=dict)

    def __call__(self, *args: str, stdin: str = "", status: int = 0, **env: str) -> Done:
        """In this process."""
        runner = CliRunner(env={**self._env(), **env})
        result = runner.invoke(make_app(), args, stdin, prog_name=NAME, catch_exceptions=False)
        assert result.exit_code == status, (result.exit_code, result.stdout, result.stderr)
        return Done(result.exit_code, result.stdout, result.stderr)

    def json(self, *args: str, **how: Any) -> Any:
        return self(*args, "--json", **how).document

    def start(self, *args: str, **env: str) -> "subprocess.Popen[str]":
        """A process of its own, which Ctrl-C reaches even if these tests were started in the background."""
        how: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        how |= {"text": True, "preexec_fn": partial(signal.signal, signal.SIGINT, signal.SIG_DFL)}
        return subprocess.Popen(self.command(*args), env=self.whole_env(**env), **how)

    def in_a_process(self, *args: str, stdin: str = "", **env: str) -> Done:
        return finished(self.start(*args, **env), stdin)

    def command(self, *args: str) -> Sequence[str]:
        return [sys.executable, "-m", "syncline_cli", *args]

    def whole_env(self, **env: str) -> dict[str, str]:
        path = os.pathsep.join(it for it in sys.path if it)
        return {"PATH": os.environ["PATH"], "PYTHONPATH": path, "LANG": "C.UTF-8", **self._env(), **env}

    def login(self, person: Person, *more: str) -> Done:
        given = ("--url", self.url, "--email", person.email, "--password-stdin", *more)
        return self("login", *given, stdin=f"{person.password}\n")

    def as_operator(self, *args: str, **how: Any) -> Done:
        return self(*args, SYNCLINE_OPERATOR_TOKEN=OPERATOR, SYNCLINE_URL=self.url, **how)

    def profile_path(self, name: str = "default") -> Path:
        return self.home / "syncline" / "profiles" / f"{name}.json"

    def profile(self, name: str = "default") -> dict[str, str]:
        return dict(json.loads(self.profile_path(name).read_text()))

    def change_profile(self, name: str = "default", **facts: str) -> None:
        self.profile_path(name).write_text(json.dumps({**self.profile(name), **facts}))

    def _env(self) -> dict[str, str]:
        """What is empty is not set."""
        ours = dict.fromkeys((f"SYNCLINE_{it}" for it in ("URL", "API_KEY", "OPERATOR_TOKEN", "PROFILE")), "")
        return {**ours, "XDG_CONFIG_HOME": str(self.home), **self.env}


def finished(process: "subprocess.Popen[str]", stdin: str = "") -> Done:
    out, err = process.communicate(stdin, timeout=WITHIN)
    return Done(process.returncode, out, err)
