"""/registry/v1/tokens: signing in and out."""

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from syncline_common.api.drafts import Draft
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InOpenTx, routes
from syncline_registry.actions import sign_in as actions
from syncline_registry.own import ByOwn

router = routes("/registry/v1/tokens", "tokens")


class SignIn(Draft):
    """Either e-mail and password, or a refresh token."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"email": "ada@example.com", "password": "..."}, {"refresh_token": "slr_..."}]
        }
    )

    email: str | None = Field(default=None, max_length=320)
    password: SecretStr | None = Field(default=None, max_length=200)
    refresh_token: SecretStr | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _one_way(self) -> "SignIn":
        by_password = self.email is not None and self.password is not None
        by_token = self.refresh_token is not None and self.email is None and self.password is None
        if not (by_token or (by_password and self.refresh_token is None)):
            raise ValueError("send either email and password, or refresh_token")
        return self


class SignOut(Draft):
    refresh_token: SecretStr = Field(max_length=200)


class TokensView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str


@router.post("", response_model=TokensView, responses=problems(), summary="Sign in, or stay signed in")
async def create_tokens(draft: SignIn, request: Request, own: ByOwn) -> actions.Tokens:
    """The access token lives 10 minutes. The refresh token works once and brings its successor; used twice, the
    whole session ends. After failed tries the same address has to wait (429)."""
    db = request.app.state.home.database
    if draft.refresh_token is not None:
        return await actions.refresh(db, own, draft.refresh_token.get_secret_value())
    address = request.client.host if request.client else "unknown"
    return await actions.sign_in(db, own, draft.email or "", draft.password or SecretStr(""), address)


@router.post("/revoke", status_code=204, responses=problems(), summary="Sign out")
async def revoke_tokens(draft: SignOut, tx: InOpenTx) -> None:
    """Ends the session of this refresh token. An unknown one is answered alike."""
    await actions.sign_out(tx, draft.refresh_token.get_secret_value())
