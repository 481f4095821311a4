"""Events: facts in the past tense, named `<service>.<noun>.<past verb>`, versioned, never edited."""

import json
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from syncline_common.ids import new_id

ENVELOPE = {"id", "account_id", "network_id"}


class Event(BaseModel):
    """Ids and counts, never secrets or records. Its time is given by the transaction that publishes it."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # old readers survive new fields

    topic: ClassVar[str]
    about: ClassVar[str]  # the field whose value is the CloudEvents subject
    version: ClassVar[int] = 1

    id: UUID = Field(default_factory=new_id)
    account_id: UUID
    network_id: UUID | None = None

    @classmethod
    def routing_key(cls) -> str:
        return f"{cls.topic}.v{cls.version}"

    def to_cloud_event(self, time: datetime) -> bytes:
        key = self.routing_key()
        envelope = {
            "specversion": "1.0",
            "id": str(self.id),
            "source": f"/{key.split('.')[0]}",
            "type": key,
            "subject": str(getattr(self, self.about)),
            "time": time.isoformat().replace("+00:00", "Z"),
            "dataschema": f"/sync/events/{key}.json",
            "datacontenttype": "application/json",
            "accountid": str(self.account_id),
            **({"networkid": str(self.network_id)} if self.network_id else {}),
            "data": self.model_dump(mode="json", exclude=ENVELOPE),
        }
        return json.dumps(envelope, separators=(",", ":")).encode()

    @classmethod
    def from_cloud_event(cls, body: bytes) -> Self:
        it = json.loads(body)
        ids = {"id": it["id"], "account_id": it["accountid"], "network_id": it.get("networkid")}
        return cls.model_validate(it["data"] | ids)

    @classmethod
    def data_schema(cls) -> dict[str, Any]:
        """The JSON Schema of `data`, whole by itself."""
        schema = cls.model_json_schema()
        schema["properties"] = {k: v for k, v in schema["properties"].items() if k not in ENVELOPE}
        schema["required"] = [name for name in schema.get("required", []) if name not in ENVELOPE]
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
