"""Waiting until the process is asked to stop. Asked twice, it stops at once."""

import asyncio
import os
import signal

import structlog

log = structlog.get_logger(__name__)


async def until_stopped() -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        if asked.is_set():
            os._exit(128 + number)
        log.info("stopping", signal=number.name)
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    await asked.wait()
