"""`python -m benchmarks [--quick] [figure ...]`: measures, and prints one table. Needs PostgreSQL and RabbitMQ."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from importlib import import_module

from benchmarks.figure import Line
from benchmarks.machine import machine, table
from syncline_common.logging import set_up_logging
from syncline_common.settings import ProcessSettings

FIGURES = (
    "bus_throughput",
    "bus_latency",
    "claims",
    "planning",
    "http_get",
    "connecting",
    "gateway",
    "gate",
    "records",
    "in_step",
    "at_rest",
    "webhooks",
    "slow_vendors",
    "memory",
    "startup",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="figure", help=f"of {', '.join(FIGURES)}; default all")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    given = parser.parse_args()
    unknown = set(given.figures) - set(FIGURES)
    if unknown:
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    set_up_logging(ProcessSettings(log_level="warning", log_format="text"))
    print(f"before: {machine()}", flush=True)
    lines = asyncio.run(_measure(given.figures or FIGURES, quick=given.quick))
    print(f"after:  {machine()}\n\n{table(lines)}")


async def _measure(figures: Sequence[str], *, quick: bool) -> list[Line]:
    lines: list[Line] = []
    for name in figures:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        lines += await import_module(f"benchmarks.{name}").measure(quick)
    return lines


if __name__ == "__main__":
    main()
