"""A refused credential: a newer one is used at once, without anybody being stopped; only without one is somebody told."""

from dataclasses import replace
from string import ascii_letters, digits
from typing import Any

import pytest
from pydantic import SecretStr

from end_to_end.in_step import BOARDS, HeldCredentials
from syncline_common.access.hook_tokens import HookOwner, HookTokens
from syncline_common.clock import ManualClock
from syncline_common.errors import CredentialRejected, NotFound, PermissionMissing, Unavailable
from syncline_common.ids import new_id
from syncline_common.schemas.connector import NodeRef
from syncline_common.sdk.credentials import Credential
from syncline_sync_worker.work.node_auth import NodeAuth
from syncline_sync_worker.work.turned_away import Telling


def a_token(token: str) -> Credential:
    return Credential("pat", {"token": SecretStr(token)})


class Book(HeldCredentials):
    def renew(self, token: str) -> None:
        held = self.held[BOARDS]
        self.held[BOARDS] = replace(held, credential=a_token(token), version=held.version + 1)


async def auth_of(book: Book) -> NodeAuth:
    node = NodeRef(new_id(), BOARDS)
    return NodeAuth(node, await book.of(node), book, ManualClock())


async def test_a_new_credential_is_used_at_the_first_refusal_of_the_old_one() -> None:
    book = Book()
    auth = await auth_of(book)
    old = await auth.headers()
    book.renew("a-new-one")
    assert await auth.headers() == old, "as long as nobody refuses it"
    assert await auth.renew(old) is True
    assert await auth.headers() != old
    assert await auth.renew(old) is True, "who was refused with the old one meanwhile goes on as well"
    assert book.rejections == []


async def test_without_a_newer_one_it_stays_refused_and_nobody_is_told_yet() -> None:
    """The connector may know better: some vendors answer so when it is a scope that is missing."""
    book = Book()
    auth = await auth_of(book)
    assert await auth.renew(await auth.headers()) is False
    assert (book.rejections, auth.version) == ([], 1)


class TestTelling:
    class Port:
        def traits(self) -> str:
            return "traits"

        async def check(self, error: Exception | None) -> str:
            if error is not None:
                raise error
            return "checked"

    async def test_who_was_turned_away_is_told_and_the_caller_hears_it_too(self) -> None:
        told = list[CredentialRejected]()

        async def tell(error: CredentialRejected) -> None:
            told.append(error)

        port = Telling(self.Port(), tell)
        assert (port.traits(), await port.check(None)) == ("traits", "checked")
        for other in (Unavailable("down"), PermissionMissing("no scope: the same secret may come right")):
            with pytest.raises(type(other)):
                await port.check(other)
        assert told == []
        refused = CredentialRejected("revoked")
        with pytest.raises(CredentialRejected):
            await port.check(refused)
        assert told == [refused]


class TestHookTokens:
    owner = HookOwner("servicenow", NodeRef(new_id(), new_id()))

    def test_a_token_says_whose_it_is(self) -> None:
        tokens = HookTokens(b"key")
        assert tokens.owner(tokens.token(self.owner)) == self.owner

    @pytest.mark.parametrize(
        "change",
        [lambda it: it[:-1], lambda it: "_" + it[1:], lambda it: it + "AAAA", lambda it: ""],
        ids=["cut", "changed", "longer", "empty"],
    )
    def test_one_that_we_did_not_make_is_nobodys(self, change: Any) -> None:
        tokens = HookTokens(b"key")
        with pytest.raises(NotFound):
            tokens.owner(change(tokens.token(self.owner)))
        with pytest.raises(NotFound):
            HookTokens(b"another").owner(tokens.token(self.owner))

    def test_no_other_text_stands_for_the_same_bytes(self) -> None:
        tokens = HookTokens(b"key")
        good = tokens.token(self.owner)
        for at, was in enumerate(good):
            for char in set(ascii_letters + digits + "-_=+!\u00e9") - {was}:
                with pytest.raises(NotFound):
                    tokens.owner(good[:at] + char + good[at + 1 :])
        for longer in (good + "=", good + "!", "!" + good, good + "\n"):
            with pytest.raises(NotFound):
                tokens.owner(longer)

    def test_each_node_has_a_secret_of_its_own(self) -> None:
        other = replace(self.owner, node=NodeRef(self.owner.node.account_id, new_id()))
        assert HookTokens(b"key").secret(self.owner) != HookTokens(b"key").secret(other)
