"""Systems: looked up, checked, imported, signed in to anew, removed; secrets by standard input alone."""

from backing.canaries import CANARY
from cli.calling import Syncline
from connectors.opened import BOARDS, INSTANCE, PAT, USER

TOKEN = f"token={PAT}\n"
BASIC = ("--scheme", "basic", "--field", "username=sync.account", "--auth-stdin")


def test_systems_for_people(syncline: Syncline) -> None:
    for name in ("Support", "Sales"):
        syncline("networks", "create", name)
    assert "There are no systems." in syncline("systems", "list").err
    at = ("--network", "Support")
    said = syncline("systems", "check", BOARDS, *at, "--auth-stdin", stdin=TOKEN).out
    assert said == f"{BOARDS} accepts the credential, which may write.\n"
    made = syncline(
        "systems", "import", "dev.azure.com/Sandbox/x", *at, "--name", "Boards", "--auth-stdin", stdin=TOKEN
    )
    assert made.out.startswith("Boards is part of Support, ")
    known = syncline("systems", "check", BOARDS, "--network", "Sales").out
    assert known == "System registered, but not yet part of Network 'Sales'\n"
    assert "is part of Sales" in syncline("systems", "import", BOARDS, "--network", "Sales").out
    head, row = syncline("systems", "list").out.splitlines()
    assert head.split() == ["NAME", "KIND", "URL", "NETWORKS", "STATE", "ID"]
    assert row.split()[:5] == ["Boards", "azure_devops", BOARDS, "2", "good"]
    shown = syncline("systems", "show", "Boards").out
    assert "Azure DevOps" in shown and PAT not in shown
    said = syncline("systems", "re-authenticate", BOARDS, *at, "--auth-stdin", stdin=TOKEN).out
    assert said == "Boards has a new credential in Support.\n"
    assert "Say so with --yes" in syncline("systems", "remove", "Boards", status=2).err
    assert syncline("systems", "remove", "Boards", *at, "--yes").out == "Removed Boards from Support.\n"
    assert "networks" in syncline("systems", "remove", BOARDS, "--yes").out
    assert "There are no systems." in syncline("systems", "list").err


def test_systems_as_documents(syncline: Syncline) -> None:
    network = syncline.json("networks", "create", "Support")["id"]
    stdin = f"password={USER['password']}\n"
    checked = syncline.json("systems", "check", INSTANCE, "--network", network, *BASIC, stdin=stdin)
    assert (checked["ok"], checked["identity"]) == (True, "sync.account")
    made = syncline.json("systems", "import", INSTANCE, "--network", network, *BASIC, stdin=stdin)
    assert syncline.json("systems", "show", INSTANCE) == made
    assert syncline.json("systems", "list", "--network", "Support", "--kind", "servicenow")["items"] == [made]
    assert syncline.json("systems", "list", "--kind", "azure_devops")["items"] == []
    assert syncline.json("systems", "check", INSTANCE, "--network", network)["status"] == "in_network"


def test_what_does_not_do_says_why_and_what_to_do(syncline: Syncline) -> None:
    syncline("networks", "create", "Support")
    at, wrong = ("--network", "Support"), f"token=wrong-{CANARY}\n"
    said = syncline("systems", "check", BOARDS, *at, "--auth-stdin", stdin=wrong, status=1).out
    assert "(credential_rejected)" in said and "What to do: " in said and CANARY not in said
    said = syncline("systems", "import", BOARDS, *at, "--auth-stdin", stdin=wrong, status=1).err
    assert "(credential_rejected)" in said and CANARY not in said
    assert "--scheme" in syncline("systems", "check", INSTANCE, *at, status=2).err
    assert "--kind: " in syncline("systems", "check", "git.example.com", *at, status=2).err
    for given in (f"token={CANARY}", CANARY):
        said = syncline("systems", "check", BOARDS, *at, "--field", given, status=2).err
        assert CANARY not in said
