"""Azure DevOps' way of saying no: bodies with a typeKey and a TF or VS number, or no body at all."""

import json

from syncline_sandbox.calls import Answer, Refused, as_json, as_text

REALM = 'Basic realm="https://app.vssps.visualstudio.com/"'


def problem(status: int, key: str, message: str, event: int = 3200) -> Answer:
    body = {
        "$id": "1",
        "innerException": None,
        "message": message,
        "typeName": f"Microsoft.TeamFoundation.Framework.Server.{key}, Microsoft.TeamFoundation.Framework.Server",
        "typeKey": key,
        "errorCode": 0,
        "eventId": event,
    }
    return as_json(body, status)


def refuse(status: int, key: str, message: str) -> Refused:
    return Refused(problem(status, key, message))


def unauthorized() -> Answer:
    """Of a credential that does not work as of a scope that is missing: no body, and no other status."""
    return Answer(401, b"", {"WWW-Authenticate": REALM})


def nowhere() -> Answer:
    return as_text("The resource cannot be found.", 404)


def no_item(id: str) -> Refused:
    message = f"TF401232: Work item {id} does not exist, or you do not have permissions to read it."
    return refuse(404, "WorkItemUnauthorizedAccessException", message)


def rule_broken(field: str, code: str) -> Refused:
    message = f"TF401320: Rule Error for field {field}. Error code: {code}."
    return refuse(400, "RuleValidationException", message)


def bad_status(field: str, status: str) -> Refused:
    message = f"TF401326: Invalid field status '{status}' for field '{field}'."
    return refuse(400, "RuleValidationException", message)


def bad_argument(message: str) -> Refused:
    return refuse(400, "VssPropertyValidationException", message)


def listed(items: list[object]) -> Answer:
    """Lists are always wrapped, whatever the description says."""
    return as_json({"count": len(items), "value": items})


def posted_json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        raise bad_argument("The request body is not valid JSON.") from None
