"""Secrets as they lie in the database: sealed by their account's data key, which is wrapped by a KEK."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from syncline_common.redaction import REDACTOR
from syncline_registry.sealing.aead import SealBroken, Sealed, cipher, new_key, place_bytes, seal, unseal
from syncline_registry.sealing.keys import Wrapped, Wrapper

NOBODY = UUID(int=0)  # the account of what belongs to the installation
REMEMBERED = 1000  # opened data keys that a process holds


@dataclass(frozen=True, slots=True)
class DataKey:
    account_id: UUID
    id: int
    kek_id: str
    wrapped: bytes

    @property
    def place(self) -> bytes:
        return place_bytes("data key", self.account_id, self.id)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lies. Put anywhere else, it does not open."""

    account_id: UUID
    owner: str
    owner_id: UUID
    field: str
    version: int

    def to_bytes(self) -> bytes:
        return place_bytes("secret", self.account_id, self.owner, self.owner_id, self.field, self.version)


class Vault:
    """Seals and opens. Whatever secret passes it in the clear is one that is never written to a log."""

    def __init__(self, wrapper: Wrapper, learn: Callable[[str], None] = REDACTOR.learn) -> None:
        self.wrapper = wrapper
        self._learn = learn
        self._opened: OrderedDict[DataKey, AESGCM] = OrderedDict()

    async def new_data_key(self, account_id: UUID, key_id: int) -> DataKey:
        return await self._wrapped(DataKey(account_id, key_id, "", b""), new_key())

    async def rewrapped(self, key: DataKey) -> DataKey:
        """The same key, wrapped by the primary KEK."""
        return await self._wrapped(key, await self._unwrapped(key))

    async def check(self, key: DataKey) -> None:
        """SealBroken if it can't be unwrapped."""
        await self._unwrapped(key)

    async def seal(self, key: DataKey, place: Place, value: SecretStr) -> Sealed:
        plain = value.get_secret_value()
        self._learn(plain)
        return seal(await self._cipher(key, place), plain.encode(), place.to_bytes())

    async def open(self, key: DataKey, place: Place, sealed: Sealed) -> SecretStr:
        plain = unseal(await self._cipher(key, place), sealed, place.to_bytes()).decode()
        self._learn(plain)
        return SecretStr(plain)

    async def moved(self, old: DataKey, new: DataKey, place: Place, sealed: Sealed) -> Sealed:
        """The same value, sealed by another data key of the account; it is shown to nobody."""
        plain = unseal(await self._cipher(old, place), sealed, place.to_bytes())
        return seal(await self._cipher(new, place), plain, place.to_bytes())

    async def _wrapped(self, key: DataKey, raw: bytes) -> DataKey:
        wrapped = await self.wrapper.wrap(raw, key.place)
        return DataKey(key.account_id, key.id, wrapped.kek_id, wrapped.blob)

    async def _unwrapped(self, key: DataKey) -> bytes:
        return await self.wrapper.unwrap(Wrapped(key.kek_id, key.wrapped), key.place)

    async def _cipher(self, key: DataKey, place: Place) -> AESGCM:
        if key.account_id != place.account_id:
            raise SealBroken("A secret is sealed with a key of its own account only")
        if key not in self._opened:
            self._opened[key] = cipher(await self._unwrapped(key))
            if len(self._opened) > REMEMBERED:
                self._opened.popitem(last=False)
        self._opened.move_to_end(key)
        return self._opened[key]
