"""What a connector's folder offers to the catalogue: its facts, and how to make its ports."""

from collections.abc import Callable
from dataclasses import dataclass

from syncline_common.sdk.learnt import Learnt
from syncline_common.sdk.manifest import Manifest
from syncline_common.sdk.ports import Found, Out, Surveyor, WholeReader, WholeWriter
from syncline_common.sdk.webhooks import Hints, Hooks


@dataclass(frozen=True, slots=True)
class Connector:
    manifest: Manifest
    surveyor: Callable[[Out, Found], Surveyor]
    reader: Callable[[Out, Found, Learnt], WholeReader]
    writer: Callable[[Out, Found, Learnt], WholeWriter]
    hooks: Callable[[Out, Found], Hooks]
    hints: Hints
