"""Relations of work items: links show on both ends, and change the revision of neither."""

import re
from collections.abc import Mapping
from typing import Any

from syncline_sandbox.azure_devops.boards import Boards, LinkEvent, item_url
from syncline_sandbox.azure_devops.patching import Patch
from syncline_sandbox.azure_devops.refusals import bad_argument, no_item, refuse
from syncline_sandbox.store import Stored

OPPOSITE = {
    "System.LinkTypes.Hierarchy-Forward": "System.LinkTypes.Hierarchy-Reverse",
    "System.LinkTypes.Hierarchy-Reverse": "System.LinkTypes.Hierarchy-Forward",
    "System.LinkTypes.Related": "System.LinkTypes.Related",
    "System.LinkTypes.Dependency-Forward": "System.LinkTypes.Dependency-Reverse",
    "System.LinkTypes.Dependency-Reverse": "System.LinkTypes.Dependency-Forward",
}
NAMES = dict(zip(OPPOSITE, ("Child", "Parent", "Related", "Successor", "Predecessor"), strict=True))
COUNTED = {"Hyperlink": "System.HyperLinkCount", "AttachedFile": "System.AttachedFileCount"}
PARENT, CHILD = "System.LinkTypes.Hierarchy-Reverse", "System.LinkTypes.Hierarchy-Forward"


def relation_types(base: str) -> list[object]:
    links: list[object] = [
        {
            "referenceName": rel,
            "name": NAMES[rel],
            "attributes": {
                "usage": "workItemLink",
                "enabled": True,
                "acyclic": rel != "System.LinkTypes.Related",
                "directional": rel != "System.LinkTypes.Related",
                "singleTarget": rel == PARENT,
                "oppositeEndReferenceName": opposite,
            },
            "url": f"{base}/_apis/wit/workItemRelationTypes/{rel}",
        }
        for rel, opposite in OPPOSITE.items()
    ]
    resources = [*COUNTED, "ArtifactLink"]
    return [
        *links,
        *({"referenceName": it, "name": it, "attributes": {"usage": "resourceLink"}} for it in resources),
    ]


def check(boards: Boards, id: str, patch: Patch) -> None:
    """Everything that can be refused, before anything is written. `id` is empty for an item that is yet to be."""
    relations = boards.relations.get(id, [])
    for index in [*patch.removed, *(it for it, _, _ in patch.noted)]:
        if index >= len(relations):
            raise bad_argument(f"The index {index} of relations is out of range.")
    if len(relations) + len(patch.added) > boards.caps.links:
        raise _too_many(boards)
    kept = [it for index, it in enumerate(relations) if index not in patch.removed]
    for added in patch.added:
        if _key(added) in map(_key, kept):
            raise refuse(
                400, "WorkItemLinkAddDuplicateException", "VS402625: The work item already has this link."
            )
        _check_one(boards, id, added, kept)
        kept.append(added)


def _key(relation: Mapping[str, Any]) -> tuple[str, str]:
    """What makes two of them the same: an item may be addressed in several ways."""
    rel, url = relation["rel"], relation["url"]
    return rel, target_of(url) if rel in OPPOSITE else _canonical(url)


def _check_one(boards: Boards, id: str, added: Mapping[str, Any], kept: list[dict[str, Any]]) -> None:
    rel = added["rel"]
    if rel in OPPOSITE:
        target = target_of(added["url"])
        if boards.store.find(target) is None:
            raise no_item(target)
        if target == id:
            raise refuse(400, "WorkItemLinkInvalidException", "TF201035: A work item cannot link to itself.")
        if len(boards.relations.get(target, [])) >= boards.caps.links:
            raise _too_many(boards)
        _check_family(boards, id, rel, target, kept)
    elif rel == "AttachedFile":
        if file_of(added["url"]) not in boards.attachments:
            raise refuse(400, "RuleValidationException", "TF401347: The attachment does not exist.")
    elif rel not in ("Hyperlink", "ArtifactLink"):
        raise refuse(
            400, "WorkItemRelationTypeNotFoundException", f"VS402400: The relation type {rel} does not exist."
        )


def _check_family(boards: Boards, id: str, rel: str, target: str, kept: list[dict[str, Any]]) -> None:
    """One parent, from whichever end it is named; and nobody is among one's own ancestors."""
    theirs = boards.relations.get(target, [])
    if (rel == PARENT and _parent_in(kept)) or (rel == CHILD and _parent_in(theirs)):
        raise refuse(400, "WorkItemLinkInvalidException", "TF201036: A work item has one parent only.")
    if rel not in (PARENT, CHILD) or not id:
        return
    child, at = (id, target) if rel == PARENT else (target, id)
    while at and at != child:
        at = _parent_in(boards.relations.get(at, []))
    if at:
        raise refuse(400, "WorkItemLinkInvalidException", "TF201035: The link would make a circle.")


def _parent_in(relations: list[dict[str, Any]]) -> str:
    return next((target_of(it["url"]) for it in relations if it["rel"] == PARENT), "")


def _too_many(boards: Boards) -> Exception:
    message = f"VS403489: A work item has at most {boards.caps.links} links."
    return refuse(400, "WorkItemLinkLimitExceededException", message)


def counted(boards: Boards, id: str, patch: Patch) -> dict[str, int]:
    """Fields that change with a hyperlink or a file; an item's own, so they make a revision."""
    relations = boards.relations.get(id, [])
    removed = [relations[index]["rel"] for index in patch.removed]
    added = [it["rel"] for it in patch.added]
    present = [it["rel"] for it in relations]
    return {
        ref: present.count(rel) + added.count(rel) - removed.count(rel)
        for rel, ref in COUNTED.items()
        if rel in added or rel in removed
    }


def apply(boards: Boards, stored: Stored, patch: Patch, by: str, base: str) -> None:
    relations = boards.relations.setdefault(stored.id, [])
    for index, name, value in patch.noted:
        relations[index].setdefault("attributes", {})[name] = value
    gone = [relations[index] for index in sorted(set(patch.removed))]
    for relation in gone:
        relations.remove(relation)
        if relation["rel"] in OPPOSITE:
            _unlink_other(boards, stored.id, relation)
        _announce(boards, stored, relation, by, is_active=False)
    for added in patch.added:
        relation = {"attributes": {}, **added}
        if added["rel"] == "AttachedFile":
            given = added.get("attributes")
            size = len(boards.attachments[file_of(added["url"])].content)
            relation["attributes"] = {**(given if isinstance(given, dict) else {}), "resourceSize": size}
        relations.insert(0, relation)  # the order is not that of insertion
        if added["rel"] in OPPOSITE:
            relation["url"] = item_url(base, target_of(added["url"]))
            back = {"rel": OPPOSITE[added["rel"]], "url": item_url(base, stored.id), "attributes": {}}
            boards.relations.setdefault(target_of(added["url"]), []).insert(0, back)
        _announce(boards, stored, relation, by, is_active=True)


def file_of(url: str) -> str:
    found = re.search(r"/attachments/([0-9a-f-]{36})", url)
    return found[1] if found else ""


def target_of(url: str) -> str:
    return _canonical(url).rpartition("/")[2]


def _canonical(url: str) -> str:
    return url.rstrip("/").lower()


def _unlink_other(boards: Boards, id: str, relation: Mapping[str, Any]) -> None:
    others = boards.relations.get(target_of(relation["url"]), [])
    back = OPPOSITE[relation["rel"]]
    for other in others:
        if other["rel"] == back and target_of(other["url"]) == id:
            others.remove(other)
            return


def _announce(
    boards: Boards, stored: Stored, relation: Mapping[str, Any], by: str, *, is_active: bool
) -> None:
    rel, url = relation["rel"], relation["url"]
    boards.store.noted(stored, "linked" if is_active else "unlinked", by, {"rel": rel, "url": url})
    if rel in OPPOSITE:
        number, now = boards.store.next_sequence(), boards.store.clock.now()
        event = LinkEvent(number, boards.now_text(), rel, stored.id, target_of(url), is_active, by, now)
        boards.link_events.append(event)
