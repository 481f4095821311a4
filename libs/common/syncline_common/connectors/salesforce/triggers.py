"""Webhooks of Salesforce: there is no API for them, so an administrator adds an Apex class and a trigger."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from syncline_common.connectors.salesforce.surveyor import CASE, known
from syncline_common.sdk.ports import NOT_CHECKED, Found, Out
from syncline_common.sdk.webhooks import Paste, Subscribed

CLASS_PLACE = "Setup > Custom Code > Apex Classes > New (in production: deploy it from a sandbox)"
TRIGGER_PLACE = "Setup > Object Manager > Case > Triggers > New"
SITE_PLACE = "Setup > Security > Remote Site Settings > New"
PLAIN = re.compile(r"[\x20-\x26\x28-\x5b\x5d-\x7e]")
# It says which records, never what is in them; and it holds nobody's save: the call is queued.
CLASS = """\
public class SynclineNotice {{
    @future(callout=true)
    public static void send(Set<Id> ids, String operation) {{
        String body = JSON.serialize(new Map<String, Object>{{
            'object' => 'Case', 'operation' => operation, 'ids' => new List<Id>(ids)
        }});
        Blob signature = Crypto.generateMac('hmacSHA256', Blob.valueOf(body), Blob.valueOf({secret}));
        HttpRequest request = new HttpRequest();
        request.setEndpoint({url});
        request.setMethod('POST');
        request.setHeader('Content-Type', 'application/json');
        request.setHeader('X-Syncline-Signature', 'sha256=' + EncodingUtil.convertToHex(signature));
        request.setBody(body);
        new Http().send(request);
    }}
}}
"""
TRIGGER = """\
trigger SynclineCase on Case (after insert, after update, after delete, after undelete) {
    Boolean spare = !System.isFuture() && !System.isBatch()
        && Limits.getFutureCalls() < Limits.getLimitFutureCalls();
    if (spare) {
        Map<Id, Case> changed = Trigger.isDelete ? Trigger.oldMap : Trigger.newMap;
        String operation = Trigger.operationType.name().toLowerCase().removeStart('after_');
        SynclineNotice.send(changed.keySet(), operation);
    }
}
"""


class SalesforceHooks:
    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        """Nothing is asked of the organisation."""

    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        for it in streams:
            known(it)
        return Subscribed(by_hand=(_site(url), _class(url, secret), _trigger()))

    async def unsubscribe(self, url: str) -> None:
        """Class and trigger are the administrator's to delete; what bears no signature of ours is turned away."""


def _site(url: str) -> Paste:
    split = urlsplit(url)
    fields = {"Remote Site Name": "Syncline", "Active": "ticked"}
    return Paste(
        "Syncline: remote site", SITE_PLACE, fields, "Remote Site URL", f"{split.scheme}://{split.netloc}"
    )


def _class(url: str, secret: str) -> Paste:
    text = CLASS.format(url=_literal(url), secret=_literal(secret))
    return Paste("Syncline: Apex class", CLASS_PLACE, {"Name": "SynclineNotice"}, "Apex Class", text)


def _trigger() -> Paste:
    fields = {"Name": "SynclineCase", "Object": CASE, "Is Active": "ticked"}
    return Paste("Syncline: trigger", TRIGGER_PLACE, fields, "Apex Trigger", TRIGGER)


def _literal(text: str) -> str:
    """Of Apex: whatever could end it stands as its number."""
    return "'" + "".join(it if PLAIN.fullmatch(it) else f"\\u{ord(it):04x}" for it in text) + "'"
