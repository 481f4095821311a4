"""A document with a bit of everything, and the two systems that it fits."""

import copy
from typing import Any

from syncline_common.configuration.facts import FieldFacts, StreamFacts, Surroundings
from syncline_common.configuration.reading import load
from syncline_common.schemas.values import FieldType as T

TEXT = """\
version: 1
schedule: {every: 60s, webhooks: true}
flows:
  - id: f1
    name: Bugs and incidents
    a: {stream: Bug, projects: [Fabrikam], filter: "record.Priority <= 2"}
    b: {stream: incident, projects: [], filter: ""}
    direction: both
    creates: both
    identity: {policy: match_or_ask, keys: [r1]}
    fields:
      - {id: r1, a: System.Title, b: short_description}
      - {id: r2, a: System.Description, b: description}
      - {id: r3, a: System.State, b: state, values: {New: "1", Active: "2", Doing: "2", Closed: "7"}}
      - {id: r4, a: Priority, b: priority, direction: a_to_b, convert: [{clamp: [1, 4]}]}
      - {id: r5, a: System.AssignedTo, b: assigned_to}
      - {id: r6, b: category, constant: software, when: create}
      - {id: r7, a: Custom.Team, b: u_team, convert: [lower, trim, {template: "team-{value}"}], default: {b: none}}
    people: {match: [email, login], table: {"ada@a.example": "ada.l"}, default: {a: null, b: null}}
    comments: {public: both, internal: none, edits: true}
    attachments: both
    links: {parent: both, related: none}
    conflicts: {default: latest, fields: {System.Title: a, r2: ask}}
    left_filter: keep
    when_deleted_in: {a: ignore, b: ignore}
    guard: {share: 0.05, least: 10}
"""

BUG = StreamFacts(
    "Bug",
    "Bug",
    (
        FieldFacts("System.Title", "Title", required_on_create=True),
        FieldFacts("System.Description", "Description", T.RICH_TEXT),
        FieldFacts("System.State", "State", T.CHOICE, choices=("New", "Active", "Doing", "Closed")),
        FieldFacts("Priority", type=T.NUMBER, choices=(1, 2, 3, 4, 5)),
        FieldFacts("System.AssignedTo", type=T.PERSON),
        FieldFacts("Custom.Team"),
        FieldFacts("System.Id", "Id", T.NUMBER, writable=False),
        FieldFacts("Due", type=T.INSTANT),
        FieldFacts("Tags", type=T.LIST),
        FieldFacts("Severity", type=T.CHOICE, choices=("High", "Low")),
        FieldFacts("Done", type=T.BOOLEAN),
    ),
    ("Fabrikam", "Contoso"),
)
INCIDENT = StreamFacts(
    "incident",
    "Incident",
    (
        FieldFacts("short_description", "Short description", required_on_create=True),
        FieldFacts("description", type=T.RICH_TEXT),
        FieldFacts("state", type=T.CHOICE, choices=("1", "2", "7"), required_on_create=True),
        FieldFacts("priority", type=T.NUMBER, nullable=False),
        FieldFacts("assigned_to", type=T.PERSON),
        FieldFacts("category", type=T.CHOICE, choices=("software", "network")),
        FieldFacts("u_team"),
        FieldFacts("number", "Number", writable=False),
        FieldFacts("due_date", type=T.DATE),
        FieldFacts("impact", type=T.CHOICE, choices=("High", "Medium")),
        FieldFacts("notes"),
        FieldFacts("opened", type=T.INSTANT),
    ),
)
SURROUNDINGS = Surroundings((BUG,), (INCIDENT,))


def document() -> dict[str, Any]:
    read: dict[str, Any] = load(TEXT)
    return read


def changed(place: str, value: Any) -> dict[str, Any]:
    """The example with one thing otherwise; `...` removes it; a place that ends with `+` adds to a list."""
    made = copy.deepcopy(document())
    *outer, last = place.split("/")
    inside: Any = made
    for part in outer:
        inside = inside[int(part) if part.isdigit() else part]
    if last == "+":
        inside.append(value)
    elif value is ...:
        del inside[int(last) if last.isdigit() else last]
    else:
        inside[int(last) if last.isdigit() else last] = value
    return made
