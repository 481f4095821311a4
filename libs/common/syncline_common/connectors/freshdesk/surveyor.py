"""What a Freshdesk account offers beside what its sister product does, too."""

from collections.abc import Sequence

from syncline_common.connectors.freshdesk.product import PRODUCT
from syncline_common.connectors.freshworks.client import Wire
from syncline_common.connectors.freshworks.surveyor import FreshworksSurveyor
from syncline_common.connectors.understanding import understood
from syncline_common.sdk.ports import Person

ALL_TICKETS = 1  # a scope
SOME_TICKETS = "The key's agent sees only some of the tickets: give them global ticket scope"


@understood
class FreshdeskSurveyor(FreshworksSurveyor):
    product = PRODUCT

    def name_of(self, me: Wire) -> str:
        return str((me.get("contact") or {}).get("email") or me["id"])

    def findings_of(self, me: Wire) -> list[str]:
        return [] if me.get("ticket_scope", ALL_TICKETS) == ALL_TICKETS else [SOME_TICKETS]

    # developers.freshdesk.com/api/#search_agents, developers.freshdesk.com/api/#search_contacts
    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        """Agents, whom tickets are given to, and contacts, who ask for them."""
        if not (term := text.strip()):
            return []
        agents = await self.desk.listed("/agents/autocomplete", "agents", {"term": term})
        contacts = await self.desk.listed("/contacts/autocomplete", "contacts", {"term": term})
        found = {str(it["id"]): _person(it) for it in (*contacts, *agents)}
        return sorted(found.values(), key=lambda it: it.name)


def _person(row: Wire) -> Person:
    """What is said of an agent lies in the contact that they are."""
    about = row.get("contact") or row
    name, email = about.get("name") or about.get("email"), about.get("email") or None
    return Person(str(row["id"]), str(name or row["id"]), email, email, about.get("active") is not False)
