"""What a Freshservice account offers beside what its sister product does, too."""

from collections.abc import Mapping, Sequence
from typing import Any

from syncline_common.configuration.facts import StreamFacts
from syncline_common.connectors.freshservice.product import PRODUCT
from syncline_common.connectors.freshservice.workspaces import Workspaces, workspaces
from syncline_common.connectors.freshworks.client import Wire
from syncline_common.connectors.freshworks.records import STREAM
from syncline_common.connectors.freshworks.searches import SAFE_TEXT
from syncline_common.connectors.freshworks.surveyor import FreshworksSurveyor
from syncline_common.connectors.understanding import understood
from syncline_common.sdk.ports import Person, Project

WHOLE = "entire_helpdesk"
SOME_TICKETS = "The key's agent sees only some of the tickets: give them a role for the entire help desk"
BEGINS = "\"~[first_name|last_name|{email}]:'{term}'\""


@understood
class FreshserviceSurveyor(FreshworksSurveyor):
    product = PRODUCT
    marks_fields = False  # its search knows no text fields, so markers are tags
    spaces = Workspaces({})

    def name_of(self, me: Wire) -> str:
        return str(me.get("email") or me["id"])

    def findings_of(self, me: Wire) -> list[str]:
        scopes = [it.get("assignment_scope") for it in me.get("roles") or []]
        return [] if not scopes or WHOLE in scopes else [SOME_TICKETS]

    async def projects(self) -> Sequence[Project]:
        await self.prepare()
        return [Project(str(id), name) for id, name in sorted(self.spaces.names.items())]

    async def streams(self, project: str | None = None) -> Sequence[StreamFacts]:
        await self.prepare()
        names = [project] if project else [name for _, name in sorted(self.spaces.names.items())]
        return [StreamFacts(STREAM, "Ticket", projects=tuple(names))]

    # api.freshservice.com/#filter_agents, api.freshservice.com/#filter_requesters
    async def people(self, text: str, project: str | None = None) -> Sequence[Person]:
        """Agents, whom tickets are given to, and requesters."""
        term = text.strip()
        if not SAFE_TEXT.fullmatch(term):
            return []
        found = dict[str, Person]()
        for name, email in (("requesters", "primary_email"), ("agents", "email")):
            params = {"query": BEGINS.format(email=email, term=term)}
            rows = await self.desk.listed(f"/{name}", name, params)
            found |= {str(it["id"]): _person(it, it.get(email) or None) for it in rows}
        return sorted(found.values(), key=lambda it: it.name)

    async def within(self, projects: Sequence[str]) -> Mapping[str, Any]:
        await self.prepare()
        return self.spaces.within(projects)

    async def prepare(self) -> None:
        self.spaces = await workspaces(self.desk, self._learnt)


def _person(row: Wire, email: str | None) -> Person:
    name = " ".join(it for it in (row.get("first_name"), row.get("last_name")) if it)
    key = str(row["id"])
    return Person(key, name or email or key, email, email, row.get("active") is not False)
