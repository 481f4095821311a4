"""One process per data directory: two would each believe that they are the only one."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncline_common.runtime.starting import opened


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """The lock dies with the process, however it dies."""
    with opened(data_dir, "lock") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"Another Syncline is using {data_dir}. Stop it, or choose another SYNCLINE_DATA_DIR."
            ) from None
        yield
