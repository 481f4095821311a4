"""Webhooks of ServiceNow: there is no API for them, so an administrator pastes a business rule."""

import json
from collections.abc import Sequence

from syncline_common.connectors.servicenow.queries import table
from syncline_common.sdk.ports import NOT_CHECKED, Found, Out
from syncline_common.sdk.webhooks import Paste, Subscribed

WHERE = "System Definition > Business Rules > New"
TICKED = ("Active", "Advanced", "Insert", "Update", "Delete")
# It says which row, never what is in it; and it holds nobody's save: the request is queued.
SCRIPT = """\
(function executeRule(current, previous) {{
    var message = new sn_ws.RESTMessageV2();
    message.setEndpoint({url});
    message.setHttpMethod('post');
    message.setRequestHeader('Content-Type', 'application/json');
    message.setRequestHeader('X-Syncline-Token', {secret});
    message.setRequestBody(JSON.stringify({{
        table: String(current.getTableName()),
        sys_id: String(current.getUniqueValue()),
        sys_mod_count: String(current.getValue('sys_mod_count')),
        operation: String(current.operation())
    }}));
    message.executeAsync();
}})(current, previous);
"""


class ServiceNowHooks:
    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        """Nothing is asked of the instance."""

    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        return Subscribed(by_hand=tuple(_rule(table(it), url, secret) for it in streams))

    async def unsubscribe(self, url: str) -> None:
        """The rules are the administrator's to delete; a webhook without a secret of ours is turned away."""


def _rule(name: str, url: str, secret: str) -> Paste:
    title = f"Syncline: {name}"
    text = SCRIPT.format(url=json.dumps(url), secret=json.dumps(secret))
    fields = {"Name": title, "Table": name, "When": "after", **dict.fromkeys(TICKED, "ticked")}
    return Paste(title, WHERE, fields, "Advanced > Script", text)
