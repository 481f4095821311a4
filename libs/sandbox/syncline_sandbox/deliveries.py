"""Webhooks on their way: late, doubled, out of order or lost, as often as was asked for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Delivery:
    number: int
    due_at: datetime
    subscription: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Deliveries:
    random: Random
    late: timedelta = timedelta(0)
    doubled: float = 0.0  # the part of them that comes twice
    reordered: float = 0.0  # ... that comes after those behind it
    lost: float = 0.0
    waiting: list[Delivery] = field(default_factory=list)
    lost_ones: list[Delivery] = field(default_factory=list)
    answered: list[tuple[Delivery, int | None]] = field(default_factory=list)
    announced: int = 0

    def announce(
        self, now: datetime, subscription: str, target: str, headers: Mapping[str, str], body: Any
    ) -> None:
        self.announced += 1
        due_at = now + self.late
        if self.random.random() < self.reordered:
            due_at += timedelta(seconds=2)
        sent = {"Content-Type": "application/json; charset=utf-8", **headers}
        delivery = Delivery(self.announced, due_at, subscription, target, sent, json.dumps(body).encode())
        if self.random.random() < self.lost:
            self.lost_ones.append(delivery)
            return
        self.waiting += [delivery] * (2 if self.random.random() < self.doubled else 1)

    def take_due(self, now: datetime) -> list[Delivery]:
        due = sorted((it for it in self.waiting if it.due_at <= now), key=lambda it: (it.due_at, it.number))
        self.waiting = [it for it in self.waiting if it.due_at > now]
        return due
