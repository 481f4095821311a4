"""The reporting feeds: revisions and links, in the order they happened, behind a token that the caller keeps."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from syncline_sandbox.azure_devops.boards import Boards, here, named_fields, path
from syncline_sandbox.azure_devops.catalogue import FIELDS
from syncline_sandbox.azure_devops.refusals import bad_argument
from syncline_sandbox.calls import Answer, Call, Operation, as_json
from syncline_sandbox.clock import EPOCH
from syncline_sandbox.store import Stored, Version

LONG = ("html", "history")


class Feeds:
    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    def operations(self) -> list[Operation]:
        return [
            Operation(
                "reporting.revisions",
                "GET",
                path(r"wit/reporting/workitemrevisions"),
                self.revisions,
                "vso.work",
            ),
            Operation("reporting.links", "GET", path(r"wit/reporting/workitemlinks"), self.links, "vso.work"),
        ]

    def revisions(self, call: Call, caller: str) -> Answer:
        boards, project = self._boards, self._boards.project_of(call)
        types = [it for it in call.get("types").split(",") if it]
        rows = [
            (version.sequence, self._revision(stored, version, call))
            for stored, version in boards.store.versions(_position(call))
            if (project is None or version.values["System.TeamProject"] == project.name)
            and (not types or version.values["System.WorkItemType"] in types)
            and (stored.deleted_at is None or call.flag("includeDeleted"))
            and _since(call) <= version.at
            and (version is stored.latest or not call.flag("includeLatestOnly"))
        ]
        return self._batch(call, rows)

    def links(self, call: Call, caller: str) -> Answer:
        boards, project = self._boards, self._boards.project_of(call)
        wanted = [it for it in call.get("linkTypes").split(",") if it]
        moment = boards.store.clock.now() - boards.store.lag
        rows: list[tuple[int, Any]] = []
        for event in boards.link_events:
            source = boards.store.records.get(event.source)
            if event.sequence <= _position(call) or event.written_at > moment or source is None:
                continue
            if (project and source.values["System.TeamProject"] != project.name) or (
                wanted and event.rel not in wanted
            ):
                continue
            document = {
                "rel": event.rel,
                "sourceId": int(event.source),
                "targetId": int(event.target),
                "isActive": event.is_active,
                "changedDate": event.at,
                "changedBy": boards.identity(event.by, call.base),
            }
            if _since(call) <= event.written_at:
                rows.append((event.sequence, document))
        return self._batch(call, rows)

    def _revision(self, stored: Stored, version: Version, call: Call) -> dict[str, Any]:
        """Long text stays away unless it is asked for."""
        as_text = not call.flag("includeIdentityRef")
        fields = self._boards.fields(stored, version, call.base, as_text=as_text)
        only = named_fields(call.get("fields"))
        if only:
            fields = {ref: fields[ref] for ref in only if ref in fields}
        if call.get("$expand").lower() != "fields":
            fields = {ref: it for ref, it in fields.items() if FIELDS[ref].type not in LONG}
        if call.flag("includeDeleted"):
            fields["System.IsDeleted"] = stored.deleted_at is not None
        return {"id": int(stored.id), "rev": version.number, "fields": fields}

    def _batch(self, call: Call, rows: list[tuple[int, Any]]) -> Answer:
        size = call.get("$maxPageSize") or str(self._boards.caps.page)
        if not size.isdigit() or int(size) < 1:
            raise bad_argument(f"The value {size} is not valid for $maxPageSize.")
        page = rows[: min(int(size), self._boards.caps.page)]
        reached = page[-1][0] if page else _position(call)
        token = f"{reached};1;2;Discussion"
        others = [(name, value) for name, value in call.query if name.lower() != "continuationtoken"]
        return as_json(
            {
                "values": [document for _, document in page],
                "nextLink": f"{here(call)}?{urlencode([*others, ('continuationToken', token)])}",
                "continuationToken": token,
                "isLastBatch": len(page) == len(rows),
            }
        )


def _position(call: Call) -> int:
    token = call.get("continuationToken")
    number = token.partition(";")[0]
    if token and not number.isdigit():
        raise bad_argument("The value of continuationToken is not valid.")
    return int(number or 0)


def _since(call: Call) -> datetime:
    text = call.get("startDateTime")
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00")) if text else EPOCH
    except ValueError:
        raise bad_argument(f"The value {text} is not valid for startDateTime.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
