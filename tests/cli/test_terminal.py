"""What a person sees: hidden prompts, colours, a spinner when it takes long; and what a program is spared."""

from cli.calling import Syncline
from cli.middleman import middleman
from cli.running import PASSWORD, Person, Running
from cli.terminal import Terminal, at_a_terminal
from syncline_cli.output import shown

ESCAPE = "\x1b"


def seen_by(syncline: Syncline, *args: str, stdout_too: bool = True, **env: str) -> Terminal:
    return at_a_terminal(syncline.command(*args), syncline.whole_env(**env), stdout_too=stdout_too)


def test_signing_in_at_a_terminal(outside: Syncline, ada: Person) -> None:
    it = seen_by(outside, "login", "--url", outside.url)
    it.wait_for("Email: ")
    it.type(ada.email)
    it.wait_for("Password: ")
    it.type(ada.password)
    status, _ = it.end()
    assert status == 0
    assert f"Signed in at {outside.url}" in it.seen.replace("\r\n", " ")
    assert PASSWORD not in it.seen


def test_prompts_stay_away_from_stdout(outside: Syncline, ada: Person) -> None:
    it = seen_by(outside, "login", "--url", outside.url, "--json", stdout_too=False)
    it.wait_for("Email: ")
    it.type(ada.email)
    it.wait_for("Password: ")
    it.type(ada.password)
    status, out = it.end()
    assert status == 0
    assert out.startswith('{"id":') and out.count("\n") == 1


def test_a_new_password_is_typed_twice(syncline: Syncline, ada: Person) -> None:
    it = seen_by(syncline, "people", "change", ada.email, "--ask-password")
    it.wait_for("Password: ")
    it.type("one password of hers")
    it.wait_for("Once more: ")
    it.type("another password of hers")
    status, _ = it.end()
    assert status == 2 and "not the same" in it.seen


def test_a_removal_is_confirmed(syncline: Syncline) -> None:
    syncline("people", "add", "eve@example.com", "--name", "Eve")
    for answer, left in (("no", 2), ("yes", 1)):
        it = seen_by(syncline, "people", "remove", "Eve")
        it.wait_for("Eve will lose access, and every session ends. Type yes: ")
        it.type(answer)
        it.end()
        assert len(syncline.json("people", "list")["items"]) == left


def test_colours_are_for_terminals(syncline: Syncline) -> None:
    syncline("networks", "create", "Support")
    it = seen_by(syncline, "networks", "list")
    it.end()
    assert ESCAPE in it.seen
    forced = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "GITHUB_ACTIONS": "true", "TTY_COMPATIBLE": "1"}
    for args in (("networks", "list"), ("networks", "show", "nothing"), ("--help",), ("nonsense",)):
        done = syncline.in_a_process(*args, **forced)
        assert ESCAPE not in done.out + done.err
    plain = seen_by(syncline, "networks", "list", NO_COLOR="1")
    plain.end()
    assert f"{ESCAPE}[3" not in plain.seen


def test_a_spinner_only_when_it_takes_long_and_only_on_stderr(syncline: Syncline, instance: Running) -> None:
    with middleman(instance.port) as between:
        syncline.change_profile(url=between.url)
        quick = seen_by(syncline, "networks", "list", "--json", stdout_too=False)
        assert (quick.end()[0], quick.seen) == (0, "")
        between.slow = 1.6
        long = seen_by(syncline, "networks", "list", "--json", stdout_too=False)
        status, out = long.end()
        assert (status, out) == (0, '{"items":[],"next_cursor":null}\n')
        assert "List the networks ..." in long.seen
        assert syncline.in_a_process("networks", "list", "--json").err == ""


def test_names_cannot_steer_a_terminal(syncline: Syncline) -> None:
    """C1 controls and turned-around text pass the API's own check of names."""
    syncline("networks", "create", "a\x9b31mb\u202ec")
    said = syncline("networks", "list").out
    assert "\x9b" not in said and "\u202e" not in said
    assert "a\N{REPLACEMENT CHARACTER}31mb\N{REPLACEMENT CHARACTER}c" in said
    assert shown("\x1b[2J") == "\N{REPLACEMENT CHARACTER}[2J"


def test_a_terminal_that_knows_only_ascii(syncline: Syncline) -> None:
    syncline("networks", "create", "Zürich")
    env = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    assert "Z?rich" in syncline.in_a_process("networks", "list", **env).out
    assert '"Zürich"' in syncline.in_a_process("networks", "list", "--json", **env).out


def test_whoever_stops_reading_is_no_fault(syncline: Syncline) -> None:
    syncline("networks", "create", "Support")
    process = syncline.start("networks", "list", "--json")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.wait()
