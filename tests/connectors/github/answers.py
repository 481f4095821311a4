"""What GitHub answers, by the examples of the vendor's reference."""

from datetime import UTC, datetime
from typing import Any

from connectors.standin import StandIn, Told
from syncline_common import errors
from syncline_common.connectors.github.places import Repo
from syncline_common.connectors.github.records import to_record
from syncline_common.schemas.records import Record, RecordRef

MARKER = "sl-abcdefghij234567abcd"
API, OWNER, NAME = "https://api.github.com", "octocat", "octocat/Hello-World"
AT, LATER = "2026-03-31T10:00:00Z", "2026-03-31T10:00:05Z"
PLACE = f"{API}/repos/{NAME}"
REPO = Repo(1296269, NAME, may_label=True, may_hook=False, archived=False)
REF = RecordRef("issues", "1296269/1347")
ME, REPOS = f"GET {API}/user", f"GET {API}/user/repos"
LIST, CREATE = f"GET {PLACE}/issues", f"POST {PLACE}/issues"
ONE, UPDATE = f"GET {PLACE}/issues/1347", f"PATCH {PLACE}/issues/1347"
COMMENTS, COMMENT = f"GET {PLACE}/issues/1347/comments", f"POST {PLACE}/issues/1347/comments"
PARENT, PARENTS, SUB = (
    f"GET {PLACE}/issues/1347/parent",
    f"GET {PLACE}/issues/9",
    f"POST {PLACE}/issues/9/sub_issues",
)
SEARCH, TYPES = f"GET {API}/search/issues", f"GET {API}/orgs/{OWNER}/issue-types"
LABELS, MILESTONES, ASSIGNEES = f"GET {PLACE}/labels", f"GET {PLACE}/milestones", f"GET {PLACE}/assignees"
HOOKS, HOOK, UNHOOK = f"GET {PLACE}/hooks", f"POST {PLACE}/hooks", f"DELETE {PLACE}/hooks/12345678"
GONE = errors.RecordGone("It is not there", detail="404")
INVALID = errors.RecordRejected(
    "422", detail='422 {"message": "Validation Failed", "errors": [{"resource": "Issue"}]}'
)
OCTOCAT = {
    "login": "octocat",
    "id": 1,
    "node_id": "MDQ6VXNlcjE=",
    "url": f"{API}/users/octocat",
    "type": "User",
    "site_admin": False,
}
BUG = {
    "id": 208045946,
    "node_id": "MDU6TGFiZWwyMDgwNDU5NDY=",
    "url": f"{PLACE}/labels/bug",
    "name": "bug",
    "description": "Something isn't working",
    "color": "f29513",
    "default": True,
}
RELEASE = {"url": f"{PLACE}/milestones/1", "id": 1002604, "number": 1, "state": "open", "title": "v1.0"}


def repo(id: int = 1296269, name: str = NAME, **more: Any) -> dict[str, Any]:
    owner, _, short = name.partition("/")
    rights = {"admin": False, "maintain": False, "push": True, "triage": True, "pull": True}
    return {
        "id": id,
        "node_id": "MDEwOlJlcG9zaXRvcnkxMjk2MjY5",
        "name": short,
        "full_name": name,
        "owner": {**OCTOCAT, "login": owner},
        "private": False,
        "html_url": f"https://github.com/{name}",
        "url": f"{API}/repos/{name}",
        "has_issues": True,
        "archived": False,
        "permissions": rights,
        **more,
    }


def issue(number: int = 1347, at: str = AT, name: str = NAME, **more: Any) -> dict[str, Any]:
    return {
        "id": 1_000_000 + number,
        "node_id": "MDU6SXNzdWUx",
        "url": f"{API}/repos/{name}/issues/{number}",
        "repository_url": f"{API}/repos/{name}",
        "html_url": f"https://github.com/{name}/issues/{number}",
        "number": number,
        "state": "open",
        "state_reason": None,
        "title": "Found a bug",
        "body": "I'm having a problem with this.",
        "user": OCTOCAT,
        "labels": [BUG],
        "assignee": OCTOCAT,
        "assignees": [OCTOCAT],
        "milestone": RELEASE,
        "locked": True,
        "active_lock_reason": "too heated",
        "comments": 0,
        "closed_at": None,
        "created_at": "2026-03-30T08:00:00Z",
        "updated_at": at,
        "author_association": "COLLABORATOR",
        **more,
    }


def comment(id: int = 1, body: str | None = "Me too", **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "node_id": "MDEyOklzc3VlQ29tbWVudDE=",
        "url": f"{PLACE}/issues/comments/{id}",
        "html_url": f"https://github.com/{NAME}/issues/1347#issuecomment-{id}",
        "body": body,
        "user": OCTOCAT,
        "created_at": AT,
        "updated_at": AT,
        "issue_url": f"{PLACE}/issues/1347",
        "author_association": "COLLABORATOR",
        **more,
    }


def hook(id: int = 12345678, url: str = "", **more: Any) -> dict[str, Any]:
    config = {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": url}
    told = {"type": "Repository", "id": id, "name": "web", "active": True, "config": config}
    return {**told, "events": ["issue_comment", "issues"], **more}


def searched(*issues: dict[str, Any], **more: Any) -> dict[str, Any]:
    items = [{**it, "score": 1} for it in issues]
    return {"total_count": len(items), "incomplete_results": False, "items": items, **more}


def rows(*found: Any, after: str = "") -> Told:
    """A list; with `after`, there is another page at that address."""
    link = f'<{after}>; rel="next", <{API}/last>; rel="last"'
    return Told(list(found), headers={"link": link} if after else {})


def world(**answers: Any) -> StandIn:
    """With one repository; the others by the names of their lines above, or as lines."""
    named = {globals().get(name.upper(), name): it for name, it in answers.items()}
    return StandIn({REPOS: rows(repo()), **named}, f"https://github.com/{OWNER}")


def seen(**more: Any) -> Record:
    return to_record(issue(**more), REPO)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
