"""RabbitMQ: a topic exchange, a quorum queue per consuming service, a stream that keeps everything.

The only room that knows the broker's client. Connections are plain and are made anew when they are lost; nothing in
here reconnects by itself, so what we believe about a connection is what is true.
"""

from syncline_common.bus.rabbit.transport import RabbitTransport, open_rabbit

__all__ = ["RabbitTransport", "open_rabbit"]
