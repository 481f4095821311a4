"""The sandbox's own pages: what a vendor holds, what was asked of it, and the switches. Rendered here, no script needed."""

from collections import Counter
from collections.abc import Mapping, Sequence

from syncline_sandbox.boxes import Box
from syncline_sandbox.ledger import Effect, Request
from syncline_sandbox.markup import (
    STYLE,
    Markup,
    card,
    choice,
    form,
    html,
    join,
    line,
    link,
    table,
    tag,
    text,
)
from syncline_sandbox.store import Stored
from syncline_sandbox.vendor import Vendor

HOME = "/_sandbox"
SHOWN = 50
NAMES = {
    "azure_devops": "Azure DevOps",
    "servicenow": "ServiceNow",
    "freshdesk": "Freshdesk",
    "freshservice": "Freshservice",
    "jira": "Jira Cloud",
    "github": "GitHub",
    "zendesk": "Zendesk Support",
    "salesforce": "Salesforce",
    "syncro": "Syncro",
    "itglue": "IT Glue",
    "xmatters": "xMatters",
}
PLACES = ((HOME, "Switches"), (f"{HOME}/data", "Data"), (f"{HOME}/asked", "Requests"))


def page(vendor: Vendor, title: str, *inside: object, said: str = "", at: str = "") -> str:
    """`said`: why the vendor refused what was just sent."""
    places = [link(to, name, aria_current="page" if to == at else None) for to, name in PLACES]
    name = NAMES.get(vendor.kind, vendor.kind)
    head = tag("header", tag("b", f"Sandbox: {name}"), tag("nav", *places), tag("small", vendor.address))
    refusal = tag("p", said, cls="said", role="alert") if said else ""
    body = tag("body", head, tag("main", tag("h1", title), refusal, *inside))
    about = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html(title)}: {html(name)}</title>'
    return f'<!DOCTYPE html><html lang="en"><head>{about}<style>{STYLE}</style></head>{body}</html>'


def data(vendor: Vendor, stream: str, wanted: str) -> str:
    found = [it for it in vendor.store.records.values() if stream in ("", it.stream) and _has(it, wanted)]
    newest = sorted(found, key=lambda it: it.latest.sequence, reverse=True)[:SHOWN]
    streams = [("", "All"), *((it, it) for it in sorted(streams_in(vendor)))]
    search = tag(
        "form",
        tag("div", choice("Stream", "stream", streams, stream), line("Text", "q", wanted), cls="pair"),
        tag("button", "Show", type="submit"),
        method="get",
        action=f"{HOME}/data",
    )
    rows = [
        (
            link(f"{HOME}/data/{it.id}", _short(it.id)),
            it.stream,
            it.number,
            _time(it),
            _state(it),
            vendor.headline(it),
        )
        for it in newest
    ]
    about = tag("p", f"{len(found)} found, the {len(rows)} that changed last are shown.")
    listed = table(("Record", "Stream", "Version", "Changed", "", "What"), rows)
    return page(vendor, "Data", search, about, listed, at=f"{HOME}/data")


def record(vendor: Vendor, stored: Stored, said: str = "", given: Mapping[str, str] | None = None) -> str:
    """`given` is what was just refused: it is shown again, to be mended."""
    boxes = vendor.boxes(stored)
    shown = {it.name: "" if it.adds else _value(stored, it.name) for it in boxes} | dict(given or {})
    filled = [_box(it, shown[it.name]) for it in boxes if shown[it.name] or it.long or it.adds]
    empty = [_box(it, "") for it in boxes if not (shown[it.name] or it.long or it.adds)]
    edit = form(
        f"{HOME}/data/{stored.id}",
        choice("Who edits", "sandbox.by", [(it, it) for it in vendor.people], shown.get("sandbox.by", "")),
        *filled,
        tag("details", tag("summary", f"{len(empty)} that are empty"), *empty) if empty else "",
        button="Save, as this person would",
    )
    others = [(name, it) for name, it in stored.values.items() if name not in {box.name for box in boxes}]
    title = f"{stored.stream} {_short(stored.id)}, version {stored.number}"
    fixed = card("What nobody can edit", table(("Field", "Value"), others))
    happened = card("What has happened", _effects(vendor.ledger.of(stored.id)[::-1]))
    return page(vendor, title, tag("div", card("Edit", edit), fixed, cls="columns"), happened, said=said)


def asked(vendor: Vendor) -> str:
    cards = (
        card(f"The last {SHOWN} requests", requests_of(vendor.ledger.requests[-SHOWN:])),
        card(f"The last {SHOWN} effects", _effects(vendor.ledger.effects[-SHOWN:][::-1])),
        card("By operation", table(("Operation", "Requests"), vendor.ledger.count().most_common(20))),
    )
    return page(vendor, "Requests", *cards, at=f"{HOME}/asked")


def requests_of(requests: Sequence[Request]) -> Markup:
    rows = [
        (
            it.number,
            f"{it.at:%H:%M:%S}",
            _status(it),
            it.fault or "",
            it.operation,
            it.caller or "-",
            tag("code", f"{it.method} {it.target}"),
        )
        for it in reversed(requests)
    ]
    return (
        table(("", "At", "Status", "Fault", "Operation", "Who", "What"), rows)
        if rows
        else tag("p", "None yet.")
    )


def _effects(effects: Sequence[Effect]) -> Markup:
    rows = [
        (
            f"{it.at:%H:%M:%S}",
            it.who,
            it.what,
            link(f"{HOME}/data/{it.id}", _short(it.id)),
            it.request or "by hand",
            _differences(it),
        )
        for it in effects
    ]
    return (
        table(("At", "Who", "Did", "Record", "Request", "From, to"), rows)
        if rows
        else tag("p", "Nothing yet.")
    )


def _differences(effect: Effect) -> Markup:
    names = (
        [it for it in effect.after if effect.after[it] not in (None, "")]
        if effect.what == "created"
        else [*effect.after]
    )
    told = [f"{name}: {_cut(effect.before.get(name))} → {_cut(effect.after[name])}" for name in names[:4]]
    more = [f"and {len(names) - 4} more"] if len(names) > 4 else []
    return join(tag("div", it) for it in [*told, *more])


def _box(box: Box, value: str) -> Markup:
    if box.choices:
        known = [("", ""), *box.choices]
        missing = [] if value in dict(known) else [(value, value)]
        return choice(box.label, box.name, [*known, *missing], value)
    return text(box.label, box.name, value) if box.long or box.adds else line(box.label, box.name, value)


def _status(request: Request) -> Markup:
    if request.status is None:
        return tag("span", "open")
    return tag("span", request.status, cls="good" if request.status < 400 else "bad")


def streams_in(vendor: Vendor) -> Counter[str]:
    return Counter(it.stream for it in vendor.store.records.values())


def _has(stored: Stored, wanted: str) -> bool:
    low = wanted.casefold()
    return not low or low in stored.id or any(low in str(it).casefold() for it in stored.values.values())


def _value(stored: Stored, name: str) -> str:
    value = stored.values.get(name)
    return "" if value is None else str(value)


def _state(stored: Stored) -> str:
    return "deleted" if stored.deleted_at else ""


def _time(stored: Stored) -> str:
    return f"{stored.latest.at:%Y-%m-%d %H:%M:%S}"


def _short(id: str) -> str:
    return id if len(id) < 12 else f"{id[:8]}…"


def _cut(value: object) -> str:
    told = "-" if value in (None, "") else str(value)
    return told if len(told) <= 80 else f"{told[:80]}…"
