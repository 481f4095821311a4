"""Webhooks of Freshservice: its workflow automator, in which an administrator makes rules."""

from syncline_common.connectors.freshworks.hooks import FreshworksHooks, Place

AUTOMATOR = "Admin > Automation & Productivity > Workflow Automator > New Automator > Ticket"


class FreshserviceHooks(FreshworksHooks):
    place = Place(
        events={
            "a ticket is raised": "Ticket is raised",
            "a ticket is updated": "Ticket is updated, note is added, reply is sent",
        },
        where={"a ticket is raised": AUTOMATOR, "a ticket is updated": AUTOMATOR},
        fields={
            "Action": "Trigger webhook",
            "Request type": "POST",
            "Encoding": "JSON",
            "Content type": "Advanced",
        },
        content='{"ticket_id": "{{ticket.id}}"}',
    )
