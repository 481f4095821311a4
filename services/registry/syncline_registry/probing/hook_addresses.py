"""Where systems post their webhooks to, and what they prove themselves by."""

from dataclasses import dataclass

from syncline_common.access.hook_tokens import HookOwner, HookTokens

PATH = "/sync/v1/hooks"


@dataclass(frozen=True, slots=True)
class HookAddresses:
    tokens: HookTokens
    base: str | None = None  # our address as the world knows it; none: nobody has said

    def url(self, base: str, owner: HookOwner) -> str:
        return f"{base}{PATH}/{self.tokens.token(owner)}"

    def secret(self, owner: HookOwner) -> str:
        return self.tokens.secret(owner)
