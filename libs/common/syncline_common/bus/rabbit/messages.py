"""Our messages as the broker carries them, and back. Pure."""

from uuid import NAMESPACE_URL, UUID, uuid5

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from syncline_common.bus.transport import Message

EVENT = "application/cloudevents+json"
PROBE = "application/x-syncline-probe"  # canaries and markers: ours alone, never events


def to_wire(message: Message) -> aio_pika.Message:
    persistent = aio_pika.DeliveryMode.PERSISTENT
    return aio_pika.Message(
        message.body, message_id=str(message.id), content_type=EVENT, delivery_mode=persistent
    )


def probe(name: str) -> aio_pika.Message:
    return aio_pika.Message(b"", message_id=name, content_type=PROBE)


def is_probe(incoming: AbstractIncomingMessage) -> bool:
    return incoming.content_type == PROBE


def from_wire(incoming: AbstractIncomingMessage) -> Message:
    return Message(_id_of(incoming), incoming.routing_key or "", incoming.body)


def _id_of(incoming: AbstractIncomingMessage) -> UUID:
    """A message without an id is not one of ours. It is kept and parked like any unknown event, once."""
    try:
        return UUID(incoming.message_id or "")
    except ValueError:
        return uuid5(NAMESPACE_URL, incoming.body.hex())
