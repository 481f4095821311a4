"""A sealed value opens where it was sealed, with the keys it was sealed with, and nowhere else."""

import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from backing.canaries import CANARY
from services.vaults import key_file, vault_of
from syncline_common.ids import new_id
from syncline_common.redaction import MASK, REDACTOR
from syncline_registry.sealing.aead import (
    SealBroken,
    Sealed,
    UnknownKey,
    cipher,
    new_key,
    place_bytes,
    seal,
    unseal,
)
from syncline_registry.sealing.envelope import NOBODY, DataKey, Place, Vault
from syncline_registry.sealing.key_file import read_keys
from syncline_registry.sealing.keys import KeyRing, Wrapped

PLAIN = f"a-Token/with+odd=characters {CANARY} & ümlauts"
ACCOUNT, OWNER_ID = new_id(), new_id()
HERE = Place(ACCOUNT, "node", OWNER_ID, "password", 3)
ELSEWHERE: list[dict[str, Any]] = [
    {"account_id": new_id()},
    {"account_id": NOBODY},
    {"owner": "signing_key"},
    {"owner_id": new_id()},
    {"field": "username"},
    {"version": 2},
    {"version": 4},
]


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_of(key_file(tmp_path))


@pytest.fixture
async def key(vault: Vault) -> DataKey:
    return await vault.new_data_key(ACCOUNT, 1)


@pytest.fixture
async def sealed(vault: Vault, key: DataKey) -> Sealed:
    return await vault.seal(key, HERE, SecretStr(PLAIN))


def spoilt(value: bytes) -> list[bytes]:
    """One bit of each byte changed; cut off; grown."""
    changed = [value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :] for at in range(len(value))]
    return [*changed, b"", value[:-1], value[1:], value + b"\0", b"\0" + value]


async def test_it_opens_where_it_was_sealed(
    vault: Vault, key: DataKey, sealed: Sealed, tmp_path: Path
) -> None:
    assert (await vault.open(key, HERE, sealed)).get_secret_value() == PLAIN
    another_process = vault_of(key_file(tmp_path))
    assert (await another_process.open(key, HERE, sealed)).get_secret_value() == PLAIN


@pytest.mark.parametrize("moved", ELSEWHERE, ids=lambda it: next(iter(it)))
async def test_nowhere_else(vault: Vault, key: DataKey, sealed: Sealed, moved: dict[str, Any]) -> None:
    with pytest.raises(SealBroken):
        await vault.open(key, replace(HERE, **moved), sealed)


@pytest.mark.parametrize("moved", ELSEWHERE, ids=lambda it: next(iter(it)))
def test_nor_with_the_very_same_key(moved: dict[str, Any]) -> None:
    by = cipher(new_key())
    sealed = seal(by, b"x", HERE.to_bytes())
    assert unseal(by, sealed, HERE.to_bytes()) == b"x"
    with pytest.raises(SealBroken):
        unseal(by, sealed, replace(HERE, **moved).to_bytes())


async def test_a_change_of_any_byte_is_seen(vault: Vault, key: DataKey, sealed: Sealed) -> None:
    changed = [replace(sealed, nonce=it) for it in spoilt(sealed.nonce)]
    changed += [replace(sealed, ciphertext=it) for it in spoilt(sealed.ciphertext)]
    changed.append(Sealed(sealed.ciphertext[:12], sealed.ciphertext[12:]))
    for it in changed:
        with pytest.raises(SealBroken):
            await vault.open(key, HERE, it)


async def test_a_changed_or_moved_data_key_is_seen(vault: Vault, key: DataKey, sealed: Sealed) -> None:
    changed = [replace(key, wrapped=it) for it in spoilt(key.wrapped)]
    changed += [replace(key, id=2), replace(key, account_id=NOBODY)]
    for it in changed:
        with pytest.raises(SealBroken):
            await vault.check(it)
    for it in (*changed, await vault.new_data_key(ACCOUNT, 1)):
        with pytest.raises(SealBroken):
            await vault.open(it, HERE, sealed)


async def test_the_keys_of_another_installation(key: DataKey, sealed: Sealed, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    theirs = vault_of(key_file(tmp_path / "other"))
    with pytest.raises(UnknownKey, match=key.kek_id):
        await theirs.open(key, HERE, sealed)
    same_name = replace(key, kek_id=await theirs.wrapper.primary())
    with pytest.raises(SealBroken):
        await theirs.open(same_name, HERE, sealed)


async def test_nothing_is_sealed_with_another_accounts_key(vault: Vault, key: DataKey) -> None:
    with pytest.raises(SealBroken):
        await vault.seal(key, replace(HERE, account_id=NOBODY), SecretStr(PLAIN))


async def test_the_same_value_never_looks_the_same(vault: Vault, key: DataKey) -> None:
    sealed = [await vault.seal(key, HERE, SecretStr(PLAIN)) for _ in range(100)]
    assert len({it.nonce for it in sealed}) == len({it.ciphertext for it in sealed}) == 100
    assert {len(it.nonce) for it in sealed} == {12}


def test_no_two_places_are_the_same_bytes() -> None:
    id_ = UUID(int=1)
    texts = [("a", "bc"), ("ab", "c"), ('a", "b', "c"), ("a", 'b", "c'), ("", "abc"), ("a\\", "bc")]
    assert len({Place(id_, owner, id_, field, 1).to_bytes() for owner, field in texts}) == len(texts)
    assert len({place_bytes(*it) for it in [("1", "1"), ("11",), ("1", "1", ""), ("1", "", "1")]}) == 4


@pytest.mark.parametrize("plain", ["", "x", "ünïcode \U0001f511", "x" * 100_000, '{"d": "\\n"}\n'])
async def test_any_text(vault: Vault, key: DataKey, plain: str) -> None:
    assert (
        await vault.open(key, HERE, await vault.seal(key, HERE, SecretStr(plain)))
    ).get_secret_value() == plain


async def test_moved_to_a_new_data_key(vault: Vault, key: DataKey, sealed: Sealed) -> None:
    new = await vault.new_data_key(ACCOUNT, 2)
    moved = await vault.moved(key, new, HERE, sealed)
    assert (await vault.open(new, HERE, moved)).get_secret_value() == PLAIN
    with pytest.raises(SealBroken):
        await vault.open(key, HERE, moved)


async def test_no_text_about_it_shows_it(vault: Vault, key: DataKey, sealed: Sealed, tmp_path: Path) -> None:
    opened = await vault.open(key, HERE, sealed)
    raw = await vault.wrapper.unwrap(Wrapped(key.kek_id, key.wrapped), key.place)
    try:
        await vault.open(key, replace(HERE, version=9), sealed)
    except SealBroken as exc:
        told = [str(exc), repr(exc), exc.message, exc.detail, "".join(traceback.format_exception(exc))]
        assert exc.__cause__ is None and exc.__suppress_context__
    said = " ".join(
        [*told, *map(repr, (vault, vault.wrapper, vars(vault.wrapper), key, sealed, opened, HERE))]
    )
    hidden = [PLAIN, repr(raw)[2:-1], raw.hex(), *(repr(it)[2:-1] for it in _keks(tmp_path))]
    assert [it for it in hidden if it in said] == []


async def test_what_passes_in_the_clear_is_kept_out_of_logs(tmp_path: Path) -> None:
    vault = Vault(KeyRing(key_file(tmp_path)))
    key = await vault.new_data_key(ACCOUNT, 1)
    put = f"put-{new_id().hex}"
    sealed = await vault.seal(key, HERE, SecretStr(put))
    assert REDACTOR.clean(f"it is {put}!") == f"it is {MASK}!"
    learnt: list[str] = []
    await Vault(KeyRing(key_file(tmp_path)), learn=learnt.append).open(key, HERE, sealed)
    assert learnt == [put]
    lines = [it for it in key_file(tmp_path).read_text().splitlines() if '"key"' in it]
    assert lines and all(MASK in REDACTOR.clean(it) for it in lines)


async def test_keys_that_were_opened_long_ago_are_opened_again(vault: Vault) -> None:
    accounts = [new_id() for _ in range(1100)]
    keys = [await vault.new_data_key(it, 1) for it in accounts]
    places = [replace(HERE, account_id=it) for it in accounts]
    sealed = [await vault.seal(key, place, SecretStr(PLAIN)) for key, place in zip(keys, places, strict=True)]
    for key, place, it in zip(keys, places, sealed, strict=True):
        assert (await vault.open(key, place, it)).get_secret_value() == PLAIN


def _keks(folder: Path) -> list[bytes]:
    return [it.key for it in read_keys(key_file(folder))[0].by_id.values()]
