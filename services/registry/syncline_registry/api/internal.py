"""What only our own services ask; and the public keys, which anybody may see."""

from typing import Any

from fastapi import APIRouter
from pydantic import Field, SecretStr

from syncline_common.api.auth import ByService
from syncline_common.api.drafts import Draft
from syncline_common.api.problems import problems
from syncline_common.api.transactions import InRead
from syncline_common.clients.registry import KeyFacts
from syncline_registry.actions import api_keys
from syncline_registry.own import ByOwn

router = APIRouter(tags=["internal"])


class Question(Draft):
    key: SecretStr = Field(max_length=200)


@router.get("/registry/v1/jwks.json", summary="The public keys of access tokens", responses=problems())
async def get_public_keys(own: ByOwn) -> dict[str, Any]:
    """A JSON Web Key Set. Public: whoever has it can check our tokens and can't make any."""
    return await own.signer.public_keys()


@router.post(
    "/registry/internal/v1/introspect",
    include_in_schema=False,
    summary="Whose API key is this?",
    responses=problems(),
    dependencies=[ByService],
)
async def introspect(question: Question, tx: InRead) -> KeyFacts:
    """For our own services. An unknown, revoked or expired key is not active."""
    return await api_keys.introspect(tx, question.key.get_secret_value())
