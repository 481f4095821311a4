"""Credentials as they are kept: what is secret of them is sealed, under whoever they belong to."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import SecretStr

from syncline_common.db.tx import ReadTx
from syncline_common.sdk.credentials import Credential
from syncline_common.sdk.manifest import Manifest
from syncline_common.sdk.oauth import Tokens
from syncline_registry.sealing.envelope import Vault
from syncline_registry.store.secret_store import Description, SecretStore

NODE, TICKET, SIGN_IN = "node", "ticket", "sign_in"  # whose they may be
TOKENS, VERIFIER = "tokens*", "verifier*"  # no field of a form is called so


class CredentialStore:
    def __init__(self, tx: ReadTx, account_id: UUID, vault: Vault, owner: str, owner_id: UUID) -> None:
        self._secrets = SecretStore(tx, account_id, vault)
        self._owner, self._owner_id = owner, owner_id

    async def put(self, manifest: Manifest, credential: Credential, tokens: Tokens | None = None) -> None:
        """In the place of the one before."""
        secrets = secrets_of(manifest, credential)
        before = await self.describe()
        gone = [name for name in (*before, TOKENS) if name not in secrets]
        await self._secrets.forget(self._owner, self._owner_id, *gone)
        for name, value in secrets.items():
            await self._put(name, value, hint=self._owner == NODE)
        if tokens is not None:
            await self.put_tokens(tokens)

    async def open(self, scheme: str, given: Mapping[str, str]) -> Credential:
        found = await self._secrets.open_all(self._owner, self._owner_id)
        fields = {name: SecretStr(value) for name, value in given.items()}
        kept = {name: value for name, value in found.items() if not name.endswith("*")}
        return Credential(scheme, fields | kept)

    async def put_tokens(self, tokens: Tokens) -> None:
        facts = {
            "access": tokens.access,
            "refresh": tokens.refresh,
            "good_until": tokens.good_until.isoformat(),
        }
        await self._put(TOKENS, SecretStr(json.dumps(facts)), hint=False)

    async def tokens(self) -> Tokens | None:
        found = await self._secrets.open_all(self._owner, self._owner_id, TOKENS)
        if TOKENS not in found:
            return None
        facts = json.loads(found[TOKENS].get_secret_value())
        return Tokens(facts["access"], datetime.fromisoformat(facts["good_until"]), facts["refresh"])

    async def tokens_kept_at(self) -> datetime | None:
        return await self._secrets.put_at(self._owner, self._owner_id, TOKENS)

    async def describe(self) -> Mapping[str, Description]:
        found = await self._secrets.describe_all(self._owner, self._owner_id)
        return {name: it for name, it in found.items() if not name.endswith("*")}

    async def put_verifier(self, verifier: str) -> None:
        await self._put(VERIFIER, SecretStr(verifier), hint=False)

    async def verifier(self) -> str:
        return (await self._secrets.open(self._owner, self._owner_id, VERIFIER)).get_secret_value()

    async def forget(self) -> None:
        await self._secrets.forget(self._owner, self._owner_id)

    async def _put(self, name: str, value: SecretStr, *, hint: bool) -> None:
        await self._secrets.put(self._owner, self._owner_id, name, value, hint=hint)


def secrets_of(manifest: Manifest, credential: Credential) -> dict[str, SecretStr]:
    secret = _secret_fields(manifest, credential.scheme)
    return {name: value for name, value in credential.fields.items() if name in secret}


def given_of(manifest: Manifest, credential: Credential) -> dict[str, str]:
    """What of it may be shown."""
    secret = _secret_fields(manifest, credential.scheme)
    shown = {name: value for name, value in credential.fields.items() if name not in secret}
    return {name: value.get_secret_value() for name, value in shown.items()}


def _secret_fields(manifest: Manifest, scheme: str) -> set[str]:
    return {it.name for form in manifest.auth if form.scheme == scheme for it in form.fields if it.secret}
