"""A program of your own on Syncline's bus: replays the last 7 days, then follows what happens.

    python docs/examples/consumer.py                                  # the stack on this machine
    SYNCLINE_BUS_URL=amqp://user:password@host/ python docs/examples/consumer.py

Needs aio-pika and nothing of Syncline. Events may come twice: remember the ids you have handled, as `seen` does here.
"""

import asyncio
import json
import os

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

URL = os.environ.get("SYNCLINE_BUS_URL", "amqp://guest:guest@127.0.0.1:5672/")
LOG = os.environ.get("SYNCLINE_BUS_NAMESPACE", "syncline") + ".log"
START = os.environ.get("START", "first")  # first, last, next, an offset, or an age such as 1h

seen: set[str] = set()


async def handle(message: AbstractIncomingMessage) -> None:
    if message.content_type == "application/cloudevents+json":  # the rest are Syncline's own probes
        event = json.loads(message.body)
        if event["id"] not in seen:
            seen.add(event["id"])
            print(event["time"], event["type"], event["subject"], json.dumps(event["data"]), flush=True)
    await message.ack()  # a stream delivers no more than the prefetch until something is acknowledged


async def main() -> None:
    connection = await aio_pika.connect_robust(URL)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=100)
        log = await channel.get_queue(LOG)
        offset = int(START) if START.isdigit() else START
        await log.consume(handle, arguments={"x-stream-offset": offset})
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("stopped")
