"""Following the build of a connection: each step is said when it is over, on stderr; a failed one ends it."""

import json

from syncline_cli.api import Api
from syncline_cli.desk import Desk
from syncline_cli.failures import Failure
from syncline_cli.names import CONNECTION

OVER = ("done", "skipped", "failed")


def follow_build(desk: Desk, api: Api, connection_id: str) -> None:
    """Until it is built; a Failure names the step and the reason."""
    told = set[str]()
    path = f"{CONNECTION.path}/{connection_id}/build/stream"
    with api.events(path, "follow the build", params={}, after=None) as events:
        for event in events:
            build = json.loads(event.text)
            for step in build["steps"]:
                if step["status"] in OVER and step["key"] not in told:
                    told.add(step["key"])
                    desk.out.note(f"{step['label']}: {step['status']}{_why(step)}")
            if build["status"] != "running":
                break
    if build["status"] == "failed":
        failed = next(it for it in build["steps"] if it["status"] == "failed")
        raise Failure(
            f"The build failed: {failed['label'].lower()}.",
            why=failed["message"] or "",
            advice="Mend it, then: syncline connections retry",
        )


def _why(step: dict[str, str]) -> str:
    return f" ({step['message']})" if step["message"] else ""
