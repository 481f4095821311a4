"""`syncline systems ...`"""

from typing import Annotated, Any

import typer

from syncline_cli.api import Api
from syncline_cli.command import Cursor, Limit, Yes, command, group
from syncline_cli.completion import completing
from syncline_cli.desk import Desk
from syncline_cli.failures import Failure, Misused, Reply
from syncline_cli.forms import AuthStdin, Fields, Scheme, filled
from syncline_cli.lists import pages_of, show_pages
from syncline_cli.names import NETWORK, SYSTEM, Item, id_of
from syncline_cli.output import shown, time
from syncline_cli.questions import confirm

app = group("The systems of your networks.")
Given = Annotated[
    str, typer.Argument(metavar="SYSTEM", help="Name, URL or id.", autocompletion=completing(SYSTEM))
]
Network = Annotated[str, typer.Option("--network", help="Name or id.", autocompletion=completing(NETWORK))]
OneNetwork = Annotated[
    str | None, typer.Option("--network", help="Name or id.", autocompletion=completing(NETWORK))
]
Url = Annotated[str, typer.Argument(metavar="URL", help="As the browser shows it.")]
Kind = Annotated[str | None, typer.Option("--kind", help="Of a host of its owner's own, which kind it is.")]


def list_systems(
    desk: Desk, *, network: OneNetwork = None, kind: Kind = None, limit: Limit = None, cursor: Cursor = None
) -> None:
    """The systems of the networks you may enter, oldest first."""
    api = desk.signed_in()
    where = None if network is None else id_of(api, NETWORK, network)
    sought = {"network_id": where, "kind": kind}
    pages = pages_of(api, SYSTEM.path, "list the systems", (limit, cursor), sought)
    if desk.out.as_json:
        show_pages(desk, pages)
        return
    rows = (_row(it) for page in pages for it in page.document["items"])
    desk.out.table(("name", "kind", "url", "networks", "state", "id"), rows, none="There are no systems.")


def show_system(desk: Desk, system: Given) -> None:
    """One system, in each of your networks."""
    api = desk.signed_in()
    reply = api.get(f"{SYSTEM.path}/{id_of(api, SYSTEM, system)}", f"show the system {system}")
    desk.out.reply(reply, lambda _: _facts(desk, reply))


def check_system(  # noqa: PLR0913 (what a command is given by name)
    desk: Desk,
    url: Url,
    *,
    network: Network,
    kind: Kind = None,
    scheme: Scheme = None,
    field: Fields = None,
    auth_stdin: AuthStdin = False,
) -> None:
    """Say what an address is; for a new system also whether a credential is accepted and may write."""
    api = desk.signed_in()
    where = {"network_id": id_of(api, NETWORK, network), "url": url} | ({"kind": kind} if kind else {})
    found = _looked_up(api, where)
    if found.document["status"] != "new":
        desk.out.reply(found, lambda it: desk.out.say(it["message"]))
        return
    auth = filled(found.document["auth"], scheme, field or [], from_stdin=auth_stdin)
    reply = api.post("/registry/v1/check-auth", f"check {url}", where | {"auth": auth})
    desk.out.reply(reply, lambda it: _checked(desk, it))
    if not reply.document["ok"]:
        raise typer.Exit(1)


def import_system(  # noqa: PLR0913 (what a command is given by name)
    desk: Desk,
    url: Url,
    *,
    network: Network,
    name: Annotated[str | None, typer.Option("--name", help="As in its address, unless given.")] = None,
    kind: Kind = None,
    scheme: Scheme = None,
    field: Fields = None,
    auth_stdin: AuthStdin = False,
) -> None:
    """Make a system part of a network. Known in another of your networks, it needs no credential."""
    api = desk.signed_in()
    body: Item = {"network_id": id_of(api, NETWORK, network), "url": url} | ({"kind": kind} if kind else {})
    found = _looked_up(api, body).document
    if found["status"] == "new":
        body["auth"] = filled(found["auth"], scheme, field or [], from_stdin=auth_stdin)
    reply = api.post(SYSTEM.path, f"import {url}", body | ({"name": name} if name else {}))
    desk.out.reply(reply, lambda it: desk.out.say(f"{it['name']} is part of {network}, {it['id']}."))


def re_authenticate_system(
    desk: Desk,
    system: Given,
    *,
    network: Network,
    scheme: Scheme = None,
    field: Fields = None,
    auth_stdin: AuthStdin = False,
) -> None:
    """Give a system another credential in a network; it is checked first. What waited for it goes on by itself."""
    api = desk.signed_in()
    path, where = f"{SYSTEM.path}/{id_of(api, SYSTEM, system)}", id_of(api, NETWORK, network)
    it = api.get(path, f"show the system {system}").document
    node = next((one for one in it["nodes"] if one["network_id"] == where), None)
    if node is None:
        raise Failure(
            f"{system} is not part of {network}.", advice="Import it there: syncline systems import"
        )
    forms = api.get(f"/registry/v1/kinds/{it['kind']}", "ask what it needs").document["auth"]
    auth = filled(forms, scheme or node["credential"]["scheme"], field or [], from_stdin=auth_stdin)
    body = {"network_id": where, "auth": auth}
    reply = api.put(f"{path}/credential", f"re-authenticate {system}", body)
    desk.out.reply(reply, lambda _: desk.out.say(f"{it['name']} has a new credential in {network}."))


def remove_system(desk: Desk, system: Given, *, network: OneNetwork = None, yes: Yes = False) -> None:
    """Take a system that no connection uses out of one network, or out of all of yours."""
    api = desk.signed_in()
    path = f"{SYSTEM.path}/{id_of(api, SYSTEM, system)}"
    where = "all of your networks" if network is None else network
    params = {} if network is None else {"network_id": id_of(api, NETWORK, network)}
    confirm(f"{shown(system)} will be gone from {shown(where)}, with its credential there.", yes=yes)
    api.delete(path, f"remove the system {system}", params)
    desk.out.say(f"Removed {system} from {where}.")


def _looked_up(api: Api, where: Item) -> Reply:
    reply = api.post("/registry/v1/lookup", f"look {where['url']} up", where)
    found = reply.document
    if found["status"] in ("unknown", "not_installed"):
        choice = f"Say which with --kind: {', '.join(found['kinds'])}" if found["kinds"] else ""
        raise Misused(found["message"], advice=choice)
    return reply


def _row(it: Item) -> tuple[Any, ...]:
    return it["name"], it["kind"], it["url"], len(it["network_ids"]), _state(it), it["id"]


def _state(it: Item) -> str:
    bad = sum(node["credential"]["state"] != "good" for node in it["nodes"])
    return "good" if not bad else f"{bad} rejected"


def _checked(desk: Desk, it: Item) -> None:
    if it["ok"]:
        writes = {True: "may write", False: "may not write", None: "may perhaps write"}[it["can_write"]]
        who = f" as {it['identity']}" if it["identity"] else ""
        desk.out.say(f"{it['url']} accepts the credential{who}, which {writes}.")
    for problem in it["problems"]:
        desk.out.say(f"{problem['message']}. ({problem['code']})")
        desk.out.say(f"What to do: {problem['fix']}.")
    for finding in it["findings"]:
        desk.out.say(f"Note: {finding}.")


def _facts(desk: Desk, reply: Reply) -> None:
    it = reply.document
    facts = {
        "name": it["name"],
        "kind": it["label"],
        "url": it["url"],
        "routed": it["routed"],
        "registered": time(it["created_at"]),
        "version": reply.version,
        "id": it["id"],
    }
    desk.out.facts(facts)
    rows = (
        (
            node["network_id"],
            node["name"],
            node["credential"]["scheme"],
            node["credential"]["state"],
            time(node["checked_at"]),
        )
        for node in it["nodes"]
    )
    desk.out.table(("network", "name", "scheme", "state", "checked"), rows, none="")


command(app, "list")(list_systems)
command(app, "show")(show_system)
command(app, "check")(check_system)
command(app, "import")(import_system)
command(app, "re-authenticate")(re_authenticate_system)
command(app, "remove")(remove_system)
