"""What may be ordered of the sandbox, by its API and by its pages."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from syncline_sandbox.faults import Fault
from syncline_sandbox.vendor import Vendor


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FaultDraft(Draft):
    operation: str = "*"
    fault: Fault
    count: int | None = Field(default=1, ge=1)
    skip: int = Field(default=0, ge=0)


class EditDraft(Draft):
    id: str
    values: dict[str, Any]
    by: str


class PushDraft(Draft):
    """A webhook, installed as the vendor's administrator would."""

    stream: str
    url: str = Field(pattern=r"^http://(127\.0\.0\.1|localhost)[:/]")
    secret: str


class ConditionsDraft(Draft):
    """What is not named stays as it is."""

    limit: int | None = Field(default=None, ge=1)
    latency: tuple[float, float] | None = None
    lag: float | None = Field(default=None, ge=0)
    clock_offset: float | None = None
    revoked: list[str] | None = None
    webhooks_late: float | None = Field(default=None, ge=0)
    webhooks_doubled: float | None = Field(default=None, ge=0, le=1)
    webhooks_reordered: float | None = Field(default=None, ge=0, le=1)
    webhooks_lost: float | None = Field(default=None, ge=0, le=1)


def apply(vendor: Vendor, draft: ConditionsDraft) -> None:
    named, deliveries = draft.model_fields_set, vendor.deliveries
    if "limit" in named:
        vendor.budget.limit = draft.limit
    vendor.latency = draft.latency or vendor.latency
    vendor.revoked = set(draft.revoked) if draft.revoked is not None else vendor.revoked
    vendor.store.lag = _seconds(draft.lag, vendor.store.lag)
    vendor.clock.offset = _seconds(draft.clock_offset, vendor.clock.offset)
    deliveries.late = _seconds(draft.webhooks_late, deliveries.late)
    for name in ("doubled", "reordered", "lost"):
        if f"webhooks_{name}" in named:
            setattr(deliveries, name, getattr(draft, f"webhooks_{name}") or 0.0)


def _seconds(given: float | None, otherwise: timedelta) -> timedelta:
    return otherwise if given is None else timedelta(seconds=given)
