"""What makes Jira post its changes: a webhook that an administrator's token makes; else one to make by hand."""

from collections.abc import Sequence
from contextlib import suppress

from syncline_common.connectors.jira.client import Wire, must_be, part
from syncline_common.connectors.jira.queries import quoted
from syncline_common.connectors.jira.site import Site
from syncline_common.connectors.jira.webhooks import EVENTS
from syncline_common.errors import ContractBroken, CredentialRejected, PermissionMissing, RecordGone
from syncline_common.sdk.ports import NOT_CHECKED, Found, Out
from syncline_common.sdk.trial import on_trial
from syncline_common.sdk.webhooks import Paste, Subscribed

ROOT = "/rest/webhooks/1.0/webhook"
FILTER = "issue-related-events-section"
NAME = "Syncline"
WHERE = "Settings > System > WebHooks > Create a WebHook"
MAY_NOT = "Only an administrator of Jira may remove webhooks"
TICKED = (
    "Issue: created",
    "Issue: updated",
    "Issue: deleted",
    "Comment: created",
    "Comment: updated",
    "Comment: deleted",
)


class Webhooks(Site):
    # developer.atlassian.com/cloud/jira/platform/webhooks: GET, POST and DELETE /rest/webhooks/1.0/webhook
    async def webhooks(self, url: str) -> list[Wire]:
        """Those that post to `url`."""
        with on_trial():
            told = await self._get(ROOT)
        if not isinstance(told, list):
            raise ContractBroken("Jira answered with no list", detail="webhooks")
        return sorted((it for it in told if it.get("url") == url), key=_id)

    async def subscribe(self, body: Wire) -> Wire:
        reply = await self._out.send("POST", ROOT, json=body)
        must_be(reply, 201)
        return dict(reply.json())

    async def unsubscribe(self, webhook: Wire) -> None:
        with suppress(RecordGone):
            await self._out.send("DELETE", f"{ROOT}/{part(_id(webhook))}")


class JiraHooks:
    def __init__(self, out: Out, found: Found = NOT_CHECKED) -> None:
        self._site = Webhooks(out)

    async def subscribe(
        self, url: str, secret: str, streams: Sequence[str], projects: Sequence[str] = ()
    ) -> Subscribed:
        """One webhook is enough for all projects. One that would not be signed is taken back."""
        clause = f"issuetype in ({', '.join(quoted(it) for it in streams)})" if streams else ""
        try:
            there = await self._there(url, clause)
            if not there:
                await self._site.subscribe(_body(url, secret, clause))
                there = await self._there(url, clause)
        except (PermissionMissing, CredentialRejected, RecordGone):
            return Subscribed(by_hand=(_by_hand(url, secret, clause),))
        if not there:
            return Subscribed(by_hand=(_by_hand(url, secret, clause),))
        return Subscribed((_id(there[0]),))

    async def unsubscribe(self, url: str) -> None:
        try:
            for it in await self._site.webhooks(url):
                await self._site.unsubscribe(it)
        except (PermissionMissing, CredentialRejected) as error:
            raise PermissionMissing(MAY_NOT, detail=error.detail) from None

    async def _there(self, url: str, clause: str) -> list[Wire]:
        """The first that is as it should be; what else posts there goes."""
        kept = list[Wire]()
        for it in await self._site.webhooks(url):
            good = it.get("isSigned") is not False and it.get("enabled") is not False and not kept
            if good and (it.get("filters") or {}).get(FILTER, "") == clause:
                kept.append(it)
            else:
                await self._site.unsubscribe(it)
        return kept


def _body(url: str, secret: str, clause: str) -> Wire:
    return {
        "name": NAME,
        "url": url,
        "events": list(EVENTS),
        "filters": {FILTER: clause},
        "excludeBody": False,
        "secret": secret,
    }


def _by_hand(url: str, secret: str, clause: str) -> Paste:
    fields = {"Name": NAME, "Status": "Enabled", "URL": url, "JQL": clause, **dict.fromkeys(TICKED, "ticked")}
    return Paste(NAME, WHERE, fields, "Secret", secret)


def _id(webhook: Wire) -> str:
    """Of an address it is the end."""
    return str(webhook.get("self") or "").rpartition("/")[2]
