"""On what it was measured, and the table."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figure import Line

HEAD = ("figure", "unit", "ours: median (min-max)", "peer: median (min-max)", "ratio", "aim", "")


def machine() -> str:
    load = " ".join(f"{it:.2f}" for it in os.getloadavg())
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_cpu()}, {os.cpu_count()} cores, {python}, load average {load}, {when}"


def table(lines: Sequence[Line]) -> str:
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    drawn = [_row(row, widths) for row in rows]
    return "\n".join([drawn[0], "|".join("-" * (width + 2) for width in widths), *drawn[1:]])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "|".join(f" {cell:<{width}} " for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cpu() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "an unknown CPU")
