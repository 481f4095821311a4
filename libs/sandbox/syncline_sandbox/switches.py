"""The page of switches: faults, conditions and webhooks, each a plain form."""

from collections import Counter

from syncline_sandbox.faults import Fault
from syncline_sandbox.markup import Markup, card, choice, form, line, link, table, tag
from syncline_sandbox.pages import HOME, page, requests_of, streams_in
from syncline_sandbox.vendor import Vendor


def switches(vendor: Vendor, said: str = "") -> str:
    cards = (_faults(vendor), _conditions(vendor), _webhooks(vendor), _held(vendor))
    last = card(
        "The last requests", requests_of(vendor.ledger.requests[-15:]), link(f"{HOME}/asked", "All of them")
    )
    return page(vendor, "Switches", tag("div", *cards, cls="columns"), last, said=said, at=HOME)


def _faults(vendor: Vendor) -> Markup:
    operations = sorted(
        {
            "*",
            *(it.name for it in vendor.operations),
            *(f"{it.name.partition('.')[0]}.*" for it in vendor.operations),
        }
    )
    known = tag("datalist", *(tag("option", value=it) for it in operations), id="operations")
    order = form(
        f"{HOME}/switch/faults",
        line("Operation", "operation", "*", "as in the list of requests; * is any", list="operations"),
        known,
        choice("Fault", "fault", [(it.value, it.value.replace("_", " ")) for it in Fault]),
        tag(
            "div",
            line("How often", "count", 1, "empty: until lifted", type="number", min=1),
            line("After how many", "skip", 0, type="number", min=0),
            cls="pair",
        ),
        button="Order the fault",
    )
    rows = [
        (it.operation, it.fault.value, "for ever" if it.count is None else it.count, it.skip)
        for it in vendor.faults.orders
    ]
    ordered = table(("Operation", "Fault", "Left", "After"), rows) if rows else tag("p", "None is ordered.")
    lift = form(f"{HOME}/switch/lift", button="Lift all", first=False) if rows else ""
    return card("Faults", order, tag("h2", "Ordered"), ordered, lift)


def _conditions(vendor: Vendor) -> Markup:
    low, high = vendor.latency
    revoked = [
        tag(
            "div",
            tag(
                "input", type="checkbox", name="revoked", value=it, id=f"r-{it}", checked=it in vendor.revoked
            ),
            tag("label", it, **{"for": f"r-{it}"}),
            cls="line",
        )
        for it in vendor.people
    ]
    minutes = vendor.window.total_seconds() / 60
    return card(
        "Conditions",
        form(
            f"{HOME}/switch/conditions",
            line(
                "Requests allowed",
                "limit",
                vendor.budget.limit,
                f"each account, in {minutes:g} minutes; empty: any",
                type="number",
                min=1,
            ),
            tag("div", line("Latency from", "low", low, "s"), line("to", "high", high, "s"), cls="pair"),
            line("Search lags", "lag", vendor.store.lag.total_seconds(), "s behind what was written"),
            line(
                "Its clock is off by",
                "clock_offset",
                vendor.clock.offset.total_seconds(),
                "s; ahead is positive",
            ),
            tag("details", tag("summary", f"Revoked accounts: {len(vendor.revoked)}"), *revoked),
            button="Set the conditions",
        ),
    )


def _webhooks(vendor: Vendor) -> Markup:
    deliveries = vendor.deliveries
    parts = (("doubled", deliveries.doubled), ("reordered", deliveries.reordered), ("lost", deliveries.lost))
    fate = form(
        f"{HOME}/switch/deliveries",
        line("Late by", "webhooks_late", deliveries.late.total_seconds(), "s"),
        *(line(name.capitalize(), f"webhooks_{name}", part, "of one, 0 to 1") for name, part in parts),
        button="Set what becomes of them",
        first=False,
    )
    install = form(
        f"{HOME}/switch/webhooks",
        line("Stream", "stream", list="streams"),
        tag("datalist", *(tag("option", value=it) for it in sorted(streams_in(vendor))), id="streams"),
        line("Address", "url", hint="on this machine", placeholder="http://127.0.0.1:8080/..."),
        line("Secret", "secret"),
        button="Install, as the administrator would",
    )
    sent = Counter("no answer" if status is None else str(status) for _, status in deliveries.answered)
    told = ", ".join(f"{status}: {count}" for status, count in sorted(sent.items())) or "none sent"
    about = tag(
        "p",
        f"{deliveries.announced} announced, {len(deliveries.waiting)} wait, {len(deliveries.lost_ones)} lost; answers: {told}",
    )
    return card("Webhooks", about, install, tag("h2", "On their way"), fate)


def _held(vendor: Vendor) -> Markup:
    rows = [
        (count, link(f"{HOME}/data?stream={name}", name)) for name, count in streams_in(vendor).most_common()
    ]
    return card("Data", table(("Records", "Stream"), rows))
