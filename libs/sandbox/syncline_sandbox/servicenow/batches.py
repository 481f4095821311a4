"""The Batch API: calls within a call, each answered for itself; those that do not fit come back unserved."""

import base64
import binascii
from collections.abc import Callable
from re import compile as pattern
from typing import Any, TypeGuard

from syncline_sandbox.calls import Answer, Call, Operation, as_json, call_of
from syncline_sandbox.servicenow.refusals import posted_object, refuse
from syncline_sandbox.servicenow.tables import ROOT

LARGEST_IN, LARGEST_OUT = 5 * 2**20, 10 * 2**20


def is_list_of_objects(given: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(given, list) and all(isinstance(it, dict) for it in given)


class Batches:
    def __init__(self, again: Callable[[Call], Answer]) -> None:
        self._again = again
        self.largest_in, self.largest_out = LARGEST_IN, LARGEST_OUT

    def operations(self) -> list[Operation]:
        return [Operation("batch", "POST", pattern(rf"{ROOT}/batch"), self.serve, writes=True)]

    def serve(self, call: Call, caller: str) -> Answer:
        """What is left when the answer is full has to be asked again."""
        if len(call.body) > self.largest_in:
            raise refuse(413, "Request entity too large", "The batch exceeds the size limit.")
        posted = posted_object(call.body)
        requests = posted.get("rest_requests")
        if not is_list_of_objects(requests) or not posted.get("batch_request_id"):
            raise refuse(400, "Invalid batch request", "batch_request_id and rest_requests are needed.")
        served: list[dict[str, Any]] = []
        unserved: list[str] = []
        size = 0
        for request in requests:
            if unserved or size > self.largest_out:
                unserved.append(str(request.get("id")))
                continue
            served.append(self._one(call, request))
            size += len(served[-1]["body"])
        id = str(posted["batch_request_id"])
        return as_json({"batch_request_id": id, "serviced_requests": served, "unserviced_requests": unserved})

    def _one(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        try:
            headers = {str(it["name"]): str(it["value"]) for it in request.get("headers") or []}
            body = base64.b64decode(request.get("body") or "", validate=True)
        except (binascii.Error, TypeError, KeyError):
            raise refuse(400, "Invalid batch request", "A header or a body is not well-formed.") from None
        headers["Authorization"] = call.headers["authorization"]
        inner = call_of(str(request.get("method")), call.base, str(request.get("url")), headers, body)
        answer = self._again(inner)
        return {
            "id": str(request.get("id")),
            "status_code": answer.status,
            "status_text": "OK" if answer.status < 400 else "Error",
            "headers": [{"name": name, "value": value} for name, value in answer.headers.items()],
            "body": base64.b64encode(answer.body).decode(),
        }
