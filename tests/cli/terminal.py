"""A terminal, as a person sits at: what is written to it can be seen, what is typed may be hidden."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WITHIN = 60


@dataclass
class Terminal:
    process: "subprocess.Popen[bytes]"
    screen: int
    seen: str = ""

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + WITHIN
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen
            self._look(0.1)

    def type(self, line: str) -> None:
        os.write(self.screen, f"{line}\n".encode())

    def end(self) -> tuple[int, str]:
        """The exit status, and stdout where that is no terminal."""
        while self.process.poll() is None:
            self._look(0.1)
        while self._look(0.1):
            pass
        os.close(self.screen)
        out = self.process.stdout.read().decode() if self.process.stdout else ""
        return self.process.returncode, out

    def _look(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.screen], [], [], seconds)
        try:
            found = os.read(self.screen, 65536) if ready else b""
        except OSError:  # everybody at the other end has gone
            return False
        self.seen += found.decode(errors="replace")
        return bool(found)


def at_a_terminal(command: Sequence[str], env: Mapping[str, str], *, stdout_too: bool) -> Terminal:
    screen, keyboard = pty.openpty()
    process = subprocess.Popen(
        command,
        env={**env, "TERM": "xterm-256color", "COLUMNS": "100"},
        stdin=keyboard,
        stdout=keyboard if stdout_too else subprocess.PIPE,
        stderr=keyboard,
        start_new_session=True,
        preexec_fn=None,
    )
    os.close(keyboard)
    return Terminal(process, screen)
