"""/registry/v1/keys: the keys that seal stored secrets. For the operator of the installation."""

from fastapi import Request
from pydantic import BaseModel

from syncline_common.api.auth import ByOperator
from syncline_common.api.drafts import Draft
from syncline_common.api.problems import problems
from syncline_common.api.transactions import routes
from syncline_registry.actions.keys import Progress, rotation_progress, start_rotation
from syncline_registry.own import ByOwn

router = routes("/registry/v1/keys", "keys")


class RotationDraft(Draft):
    data_keys: bool = False


class RotationView(BaseModel):
    """How far the rotation is. `left` counts rows; nothing waits for it, reads and writes go on."""

    state: str
    primary: str
    left: int


@router.get("", responses=problems())
async def get_rotation(operator: ByOperator, request: Request, own: ByOwn) -> RotationView:
    """The state of the keys, and of a rotation that is under way."""
    return _shown(await rotation_progress(request.app.state.home.database, own.vault))


@router.post("/rotate", status_code=202, responses=problems())
async def rotate_keys(
    operator: ByOperator, draft: RotationDraft, request: Request, own: ByOwn
) -> RotationView:
    """Wrap all data keys by a new key-encryption key; with `data_keys`, seal all secrets anew, too."""
    db = request.app.state.home.database
    await start_rotation(db, own.vault, data_keys=draft.data_keys)
    return _shown(await rotation_progress(db, own.vault))


def _shown(progress: Progress) -> RotationView:
    left = progress.keys_to_wrap + progress.keys_to_replace + progress.secrets_to_seal
    return RotationView(state="done" if progress.over else "running", primary=progress.primary, left=left)
