"""`syncline runs ...`: asked for, watched, stopped, approved, undone, exported"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from syncline_cli.api import Api
from syncline_cli.command import Cursor, Limit, command, group
from syncline_cli.completion import completing
from syncline_cli.desk import Desk
from syncline_cli.failures import Failure, Misused
from syncline_cli.lists import pages_of, show_pages
from syncline_cli.names import CONNECTION, Item, id_of
from syncline_cli.output import time

PATH = "/sync/v1/runs"
app = group("Runs: what was synchronised when, and what came of it.")
RunId = Annotated[str, typer.Argument(metavar="RUN", help="Its id.")]
Given = Annotated[
    str, typer.Argument(metavar="CONNECTION", help="Name or id.", autocompletion=completing(CONNECTION))
]
OfConnection = Annotated[
    str | None, typer.Option("--connection", help="Name or id.", autocompletion=completing(CONNECTION))
]
Watch = Annotated[bool, typer.Option("--watch", help="Follow it until it is over, or waits for approval.")]
WAITS = "awaiting_approval"
UNDO_COLUMNS = ("record", "side", "rule", "is now", "would be", "")
COLUMNS = ("requested", "kind", "status", "created", "updated", "set aside", "id")


def list_runs(
    desk: Desk,
    *,
    connection: OfConnection = None,
    status: Annotated[str | None, typer.Option("--status", help="For instance failed.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="For instance test.")] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> None:
    """Runs, newest first."""
    api = desk.signed_in()
    of = None if connection is None else id_of(api, CONNECTION, connection)
    wanted = {"connection_id": of, "status": status, "kind": kind}
    pages = pages_of(api, PATH, "list the runs", (limit, cursor), wanted)
    if desk.out.as_json:
        show_pages(desk, pages)
        return
    rows = (_row(it) for page in pages for it in page.document["items"])
    desk.out.table(COLUMNS, rows, none="There are no runs.")


def start_run(
    desk: Desk,
    connection: Given,
    *,
    kind: Annotated[str, typer.Option("--kind", help="manual, test or reconcile.")] = "manual",
    record: Annotated[
        list[str] | None,
        typer.Option("--record", help="Only this one, as SIDE:STREAM:ID, such as a:Bug:12; may be repeated."),
    ] = None,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="Of a test: records a side.")] = None,
    watch: Watch = False,
) -> None:
    """Ask for a run: look at what has changed now, compare everything, or rehearse the draft."""
    api = desk.signed_in()
    body: Item = {"connection_id": id_of(api, CONNECTION, connection), "kind": kind}
    if record:
        body["records"] = [_record(it) for it in record]
    if sample is not None:
        body["sample"] = sample
    _start(desk, api, f"start a run of {connection}", body, watch=watch)


def replay(
    desk: Desk,
    connection: Given,
    *,
    days: Annotated[int, typer.Option("--days", min=1, help="How far it looks back.")],
    watch: Watch = False,
) -> None:
    """Plan what has changed lately as published and as drafted, and report only what differs. Nothing is written."""
    api = desk.signed_in()
    body: Item = {"connection_id": id_of(api, CONNECTION, connection), "kind": "replay", "replay_days": days}
    _start(desk, api, f"replay {connection}", body, watch=watch)


def show_run(desk: Desk, run: RunId) -> None:
    """One run, with its counts."""
    reply = desk.signed_in().get(f"{PATH}/{run}", f"show the run {run}")
    desk.out.reply(reply, lambda it: desk.out.facts(_facts(it)))


def watch_run(desk: Desk, run: RunId) -> None:
    """Follow a run until it is over. It fails if the run did."""
    _follow(desk, desk.signed_in(), run)


def stop_run(desk: Desk, run: RunId) -> None:
    """End a run that somebody asked for, or give up what one holds back. What it has done stays done."""
    reply = desk.signed_in().post(f"{PATH}/{run}/stop", f"stop the run {run}")
    desk.out.reply(reply, lambda it: desk.out.say(f"Run {it['id']} stops."))


def approve_run(desk: Desk, run: RunId) -> None:
    """Let a run do what its guard holds back. `runs export` shows what that is, as held_back."""
    reply = desk.signed_in().post(f"{PATH}/{run}/approve", f"approve the run {run}")
    desk.out.reply(reply, lambda it: desk.out.say(f"Run {it['id']} goes on."))


def undo_run(
    desk: Desk,
    run: RunId,
    *,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show what would be given back; nothing is written.")
    ] = False,
    watch: Watch = False,
) -> None:
    """Give back what a run replaced, where nobody has changed it since."""
    api = desk.signed_in()
    params = {"preview": True} if preview else None
    reply = api.post(f"{PATH}/{run}/undo", f"undo the run {run}", params=params)
    if preview:
        _show_undo(desk, api, reply.document["id"])
    elif watch:
        _follow(desk, api, reply.document["id"])
    else:
        desk.out.reply(reply, lambda it: desk.out.say(f"Run {it['id']} undoes run {run}."))


def _show_undo(desk: Desk, api: Api, run: str) -> None:
    """As JSON, the records' pages; for people, a line a field."""
    _fail_with(_watched(desk, api, run))
    pages = pages_of(api, f"{PATH}/{run}/records", f"show what the run {run} would undo")
    if desk.out.as_json:
        show_pages(desk, pages)
        return
    rows = (row for page in pages for it in page.document["items"] for row in _undo_rows(it))
    desk.out.table(UNDO_COLUMNS, rows, none="It wrote nothing.")


def _undo_rows(record: Item) -> list[tuple[Any, ...]]:
    place = (f"{record['stream']} {record['record_id']}",)
    back = [
        (*place, it["side"], it["rule_id"], it.get("before"), it.get("after"), "")
        for it in record["operations"]
    ]
    left = [
        (*place, it["side"], it["rule_id"], "", "", f"left alone: {it['why']}")
        for it in record["detail"].get("left_alone", [])
    ]
    return back + left or [(*place, "", "", "", "", record["reason"])]


def export_run(
    desk: Desk,
    run: RunId,
    *,
    what: Annotated[str, typer.Option("--what", help="records, issues, or all as a zip.")] = "records",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; without, standard output.")
    ] = None,
) -> None:
    """The report as CSV."""
    reply = desk.signed_in().get(f"{PATH}/{run}/export", f"export the run {run}", {"what": what})
    if output is None:
        typer.echo(reply.content, nl=False)
    else:
        try:
            output.write_bytes(reply.content)
        except OSError as exc:
            raise Misused(f"Can't write {output}.", why=f"{exc.strerror}.") from None
        desk.out.note(f"Written to {output}.")


def _start(desk: Desk, api: Api, doing: str, body: Item, *, watch: bool) -> None:
    reply = api.post(PATH, doing, body)
    if watch:
        _follow(desk, api, reply.document["id"])
        return
    desk.out.reply(reply, lambda it: desk.out.say(f"Run {it['id']} is {_said(it['status'])}."))


def _follow(desk: Desk, api: Api, run: str) -> None:
    shown = _watched(desk, api, run)
    if desk.out.as_json:
        desk.out.document(json.dumps(shown))
    else:
        desk.out.facts(_facts(shown))
    _fail_with(shown)


def _watched(desk: Desk, api: Api, run: str) -> Item:
    """As it is in the end, or until somebody has to decide."""
    shown: Item = {}
    with api.events(f"{PATH}/{run}/stream", f"watch the run {run}", params={}, after=None) as events:
        for event in events:
            shown = json.loads(event.text)
            desk.out.note(_progress(shown))
            if shown["status"] == WAITS:
                desk.out.note(f"It holds something back: syncline runs approve {run}, or stop.")
                break
    return shown


def _fail_with(run: Item) -> None:
    if run["status"] == "failed":
        raise Failure(f"The run {run['id']} failed.", why=run["cause"] or "")


def _progress(run: Item) -> str:
    done = run["progress"]
    of = f" of {done['total']}" if done["total"] is not None else ""
    waits = f". {run['cause']}" if run["cause"] and run["finished_at"] is None else ""
    return f"{_said(run['status'])}: {done['done']}{of} records{waits}"


def _facts(run: Item) -> dict[str, Any]:
    a, b = run["counts"]["a"], run["counts"]["b"]
    return {
        "id": run["id"],
        "kind": run["kind"],
        "status": _said(run["status"]),
        "cause": run["cause"],
        "version": run["configuration_version"],
        "requested": time(run["requested_at"]),
        "started": time(run["started_at"]),
        "finished": time(run["finished_at"]),
        **{_said(name): f"a {a[name]}, b {b[name]}" for name in a},
    }


def _row(run: Item) -> tuple[Any, ...]:
    a, b = run["counts"]["a"], run["counts"]["b"]
    counted = (a[name] + b[name] for name in ("created", "updated", "set_aside"))
    return time(run["requested_at"]), run["kind"], _said(run["status"]), *counted, run["id"]


def _record(text: str) -> Item:
    side, _, rest = text.partition(":")
    stream, _, id = rest.rpartition(":")
    if side not in ("a", "b") or not stream or not id:
        raise Misused(f"{text} is no record.", advice="Write it as SIDE:STREAM:ID, such as a:Bug:12.")
    return {"side": side, "stream": stream, "id": id}


def _said(word: str) -> str:
    return word.replace("_", " ")


command(app, "list")(list_runs)
command(app, "start")(start_run)
command(app, "replay")(replay)
command(app, "show")(show_run)
command(app, "watch")(watch_run)
command(app, "stop")(stop_run)
command(app, "approve")(approve_run)
command(app, "undo")(undo_run)
command(app, "export")(export_run)
