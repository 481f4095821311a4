"""Reads all that a simulated vendor holds, in a process that does nothing else, and says what that took."""

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Any

from benchmarks.records import SUBJECTS, Subject, everything, reached
from syncline_common.logging import set_up_logging
from syncline_common.sdk.figures import BYTES, REQUESTS
from syncline_common.settings import ProcessSettings

EARLY = 0.2  # of the way: what is loaded once is loaded by then


async def read(subject: Subject, address: str, many: int) -> dict[str, Any]:
    count, early, began = 0, 0.0, time.perf_counter()
    async with reached(subject, address) as opened:
        async for records in everything(subject, opened):
            count += len(records)
            if count <= EARLY * many:
                early = peak()
    return {
        "records": count,
        "requests": asked(subject.kind),
        "bytes": BYTES.labels(subject.kind, "received")._value.get(),
        "early": early,
        "peak": peak(),
        "seconds": time.perf_counter() - began,
    }


def asked(kind: str) -> float:
    return sum(
        it.value
        for figure in REQUESTS.collect()
        for it in figure.samples
        if it.name.endswith("_total") and it.labels["kind"] == kind
    )


def peak() -> float:
    """MiB, the most that was ever resident. (`ru_maxrss` would be that of whoever started this process, if it was more.)"""
    [most] = [it for it in Path("/proc/self/status").read_text().splitlines() if it.startswith("VmHWM")]
    return int(most.split()[1]) / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=[it.kind for it in SUBJECTS])
    parser.add_argument("address")
    parser.add_argument("many", type=int, help="how many there are")
    given = parser.parse_args()
    set_up_logging(ProcessSettings(log_level="warning", log_format="text"))
    [subject] = [it for it in SUBJECTS if it.kind == given.kind]
    print(json.dumps(asyncio.run(read(subject, given.address, given.many))))
