"""What is measured by this machine's own clock."""

from pathlib import Path

from syncline_common.clock import since_boot


def uptime() -> float:
    """The kernel's, which counts the time that the machine slept, in hundredths of a second."""
    return float(Path("/proc/uptime").read_text().split()[0])


def test_who_slept_knows_how_long_it_was_away() -> None:
    """Else a worker would believe in a lease that others have taken over long ago."""
    before, now = uptime(), since_boot()
    assert before <= now <= uptime() + 0.01
