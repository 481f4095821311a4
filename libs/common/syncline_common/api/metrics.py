"""Figures for Prometheus, one registry per process; each service's are labelled with its name."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from syncline_common.sdk.figures import ALL as OUTBOUND

REGISTRY = CollectorRegistry()
for _figure in OUTBOUND:
    REGISTRY.register(_figure)

REQUESTS = Histogram(
    "syncline_http_seconds",
    "Requests answered, and how long that took.",
    ["service", "method", "route", "status"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
LOOP_TURNS = Counter(
    "syncline_loop_turns",
    "Turns of a loop, by how they ended.",
    ["service", "loop", "result"],
    registry=REGISTRY,
)
OUTBOX_WAITING = Gauge(
    "syncline_outbox_waiting", "Events committed and not yet on the bus.", ["service"], registry=REGISTRY
)
OUTBOX_OLDEST = Gauge(
    "syncline_outbox_oldest_seconds", "Age of the oldest of them.", ["service"], registry=REGISTRY
)
INBOX_WAITING = Gauge(
    "syncline_inbox_waiting", "Events received and not yet applied.", ["service"], registry=REGISTRY
)
INBOX_OLDEST = Gauge(
    "syncline_inbox_oldest_seconds", "Age of the oldest of them.", ["service"], registry=REGISTRY
)
INBOX_PARKED = Gauge(
    "syncline_inbox_parked",
    "Events that could not be applied and wait for a person.",
    ["service"],
    registry=REGISTRY,
)
