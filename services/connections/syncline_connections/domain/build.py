"""A Build: the steps that make a connection out of two addresses, each done once, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from syncline_common.schemas.values import Side


@dataclass(frozen=True, slots=True)
class StepFacts:
    key: str
    group: str
    label: str
    seconds: float  # until we have seen how long it takes


REGISTRATION, ESTABLISHMENT = "system_registration", "connection_establishment"
STEPS = (
    StepFacts("validate_credentials", REGISTRATION, "Validating credentials", 3),
    StepFacts("check_nodes", REGISTRATION, "Checking for existing nodes", 1),
    StepFacts("register_nodes", REGISTRATION, "Registering new nodes", 2),
    StepFacts("configure_nodes", REGISTRATION, "Configuring node settings", 15),
    StepFacts("create_connection", ESTABLISHMENT, "Creating the bidirectional connection", 8),
    StepFacts("finalize", ESTABLISHMENT, "Finalizing set-up", 1),
)
LONGEST_REST = 60.0  # seconds between two tries of a step


class BuildStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def _pending() -> list[dict[str, Any]]:
    return [{"key": it.key, "status": "pending"} for it in STEPS]


@dataclass(eq=False)
class Build:
    account_id: UUID
    connection_id: UUID
    network_id: UUID
    asker: dict[str, Any]  # on whose behalf: id, name, role, network_ids
    ends: dict[str, Any]  # by side: {system_id}, or {url, kind, ticket} until the ticket is used
    due_at: datetime | None  # none: there is nothing to do
    status: str = BuildStatus.RUNNING
    position: int = 0  # of the newest line of its progress
    steps: list[dict[str, Any]] = field(default_factory=_pending)
    tries: int = 0  # of the step that is under way
    found: dict[str, Any] = field(default_factory=dict)  # what a step found that later ones need
    initial: dict[str, Any] | None = None  # the configuration to begin with, instead of a proposed one
    lease_owner: str | None = None
    lease_epoch: int = 0
    lease_until: datetime | None = None

    @property
    def step(self) -> StepFacts | None:
        """The one to do; none if all are done."""
        left = [
            it
            for it, state in zip(STEPS, self.steps, strict=True)
            if state["status"] not in ("done", "skipped")
        ]
        return left[0] if left else None

    def begin(self, at: datetime) -> None:
        self.tries += 1
        started = self._state().get("started_at") or _text(at)
        self._change(status="running", started_at=started, finished_at=None, message=None)

    def finish(self, at: datetime, message: str | None, found: Mapping[str, Any], *, skipped: bool) -> None:
        self._change(status="skipped" if skipped else "done", finished_at=_text(at), message=message)
        self.found, self.tries = {**self.found, **found}, 0
        self.due_at = at
        if self.step is None:
            self.status, self.due_at = BuildStatus.DONE, None

    def wait(self, at: datetime, message: str) -> None:
        """It may work later. What is shown meanwhile is what is waited for."""
        self._change(message=message)
        self.due_at = at + timedelta(seconds=min(2.0**self.tries, LONGEST_REST))

    def fail(self, at: datetime, message: str) -> None:
        self._change(status="failed", finished_at=_text(at), message=message)
        self.status, self.due_at, self.tries = BuildStatus.FAILED, None, 0

    def retry(self, at: datetime, ends: Mapping[str, Any]) -> None:
        """From the failed step. What is done stays done; other credentials are validated, though."""
        self.ends = {**self.ends, **ends}
        again = {"validate_credentials"} if ends else set[str]()
        self.steps = [
            {"key": it["key"], "status": "pending"} if it["status"] == "failed" or it["key"] in again else it
            for it in self.steps
        ]
        self.status, self.due_at, self.tries = BuildStatus.RUNNING, at, 0

    def forget_ticket(self, side: Side, system_id: UUID) -> None:
        self.ends = {**self.ends, side.value: {"system_id": str(system_id)}}

    def seconds_left(self, at: datetime, usual: Mapping[str, float]) -> int:
        """By what the steps took in earlier builds; never below one second while it runs."""
        if self.status != BuildStatus.RUNNING:
            return 0
        left = sum(self._left(facts, state, at, usual) for facts, state in self._open())
        return max(1, round(left))

    def took(self) -> Mapping[str, float]:
        """Seconds, of each step that was done."""
        return {it["key"]: _seconds(it) for it in self.steps if it["status"] == "done"}

    def _open(self) -> Sequence[tuple[StepFacts, dict[str, Any]]]:
        both = zip(STEPS, self.steps, strict=True)
        return [(facts, it) for facts, it in both if it["status"] in ("pending", "running")]

    def _left(
        self, facts: StepFacts, state: dict[str, Any], at: datetime, usual: Mapping[str, float]
    ) -> float:
        whole = usual.get(facts.key, facts.seconds)
        if state["status"] == "pending":
            return whole
        since = (at - datetime.fromisoformat(state["started_at"])).total_seconds()
        return max(whole - since, 0.0)

    def _state(self) -> dict[str, Any]:
        step = self.step
        assert step is not None
        return next(it for it in self.steps if it["key"] == step.key)

    def _change(self, **facts: Any) -> None:
        state = self._state()
        self.steps = [{**it, **facts} if it is state else it for it in self.steps]


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _seconds(step: Mapping[str, Any]) -> float:
    began, ended = (datetime.fromisoformat(step[name]) for name in ("started_at", "finished_at"))
    return (ended - began).total_seconds()
