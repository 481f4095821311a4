"""Webhooks of Freshdesk: rules of its automations, which an administrator makes."""

from syncline_common.connectors.freshworks.hooks import FreshworksHooks, Place

AUTOMATIONS = "Admin > Workflows > Automations"


class FreshdeskHooks(FreshworksHooks):
    place = Place(
        events={
            "a ticket is created": "Any ticket that is created",
            "a ticket is updated": "Performed by anyone: any field is updated, a note or a reply is added",
        },
        where={
            "a ticket is created": f"{AUTOMATIONS} > Ticket Creation > New rule",
            "a ticket is updated": f"{AUTOMATIONS} > Ticket Updates > New rule",
        },
        fields={
            "Action": "Trigger webhook",
            "Request type": "POST",
            "Encoding": "JSON",
            "Content type": "Advanced",
        },
        content='{"ticket_id": "{{ticket.id}}"}',
    )
