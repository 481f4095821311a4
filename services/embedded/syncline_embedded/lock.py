"""One process per data directory: two would each believe that they are the only one."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """The lock dies with the process, however it dies."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"Another Syncline is using {data_dir}. Stop it, or choose another SYNCLINE_DATA_DIR."
            ) from None
        yield
