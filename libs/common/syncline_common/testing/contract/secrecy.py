"""The credential is sent to the system, and is nowhere else: not in an error, not in what led to it, not in the log."""

import traceback
from dataclasses import replace

import pytest

from syncline_common.testing.contract.expected import TABLE
from syncline_common.testing.contract.operations import OPERATIONS, given, is_lacking, outcome
from syncline_common.testing.contract.subject import Subject


class SecrecyContract:
    @pytest.mark.parametrize("name", OPERATIONS)
    async def test_no_error_holds_the_secret(
        self,
        subject: Subject,
        name: str,
        capsys: pytest.CaptureFixture[str],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Also when the vendor says it back to us."""
        if not await is_lacking(subject, name):
            await no_error_tells(subject, name)
        said = capsys.readouterr()
        assert not subject.sings(f"{said.out} {said.err} {caplog.text}")

    async def test_the_suite_would_notice(self, subject: Subject) -> None:
        """The secret is sent, and comes back in the answer that was refused."""
        system = subject.system()
        about = await given(subject, subject.ports(), system.furnish())
        system.order("echo")
        told = await outcome(OPERATIONS["fetch"], subject.ports(), about)
        assert "[secret]" in told.detail
        assert subject.sings(f"a token: {subject.secret}")

    async def test_no_other_host_gets_it(self, subject: Subject) -> None:
        """A record may name a file anywhere: that is fetched without the credential, or not at all."""
        if "download" in subject.lacks:
            return
        system = subject.system()
        about = await given(subject, subject.ports(), system.furnish())
        elsewhere = replace(about.file, url=f"{subject.elsewhere}/file")
        told = await outcome(OPERATIONS["download"], subject.ports(), replace(about, file=elsewhere))
        assert told == about.scene.content
        assert not subject.sings(" ".join(subject.heard_elsewhere()))


async def no_error_tells(subject: Subject, name: str) -> None:
    about = None
    for fault in (*TABLE, "echo"):
        system = subject.system()
        scene = system.furnish()
        about = about or await given(subject, subject.ports(), scene)
        system.order(fault)
        told = await outcome(OPERATIONS[name], subject.ports(), about)
        text = all_of(told) if isinstance(told, Exception) else repr(told)
        assert not subject.sings(text), fault


def all_of(error: BaseException) -> str:
    """What anybody could print of it, and of what it came from."""
    return f"{error} {error!r} {vars(error)} {''.join(traceback.format_exception(error))}"
