"""What the way out counts. Registered by whoever shows figures: this room knows no registry."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter(
    "syncline_outbound_requests",
    "Requests to systems, by what became of them.",
    ["kind", "method", "outcome"],
    registry=None,
)
SECONDS = Histogram(
    "syncline_outbound_seconds",
    "How long systems took, from the first byte that was sent to the last that was read.",
    ["kind", "method"],
    registry=None,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
BYTES = Counter(
    "syncline_outbound_bytes",
    "Bodies sent to systems and received from them, as they travelled.",
    ["kind", "direction"],
    registry=None,
)
GATE_WAITED = Counter(
    "syncline_gate_waited_seconds",
    "Time that requests waited for a system's budget.",
    ["share"],
    registry=None,
)
GATE_CLOSED = Counter(
    "syncline_gate_closed",
    "Requests that were put off: the budget was used up, or the system was to be left alone.",
    ["share"],
    registry=None,
)
ALL = (REQUESTS, SECONDS, BYTES, GATE_WAITED, GATE_CLOSED)
