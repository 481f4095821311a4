"""The content of a file on its way from one system to another."""

from collections.abc import AsyncIterator

from syncline_common import errors


async def told_apart(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A file comes from elsewhere: what goes wrong there is not this system's doing."""
    try:
        async for part in parts:
            yield part
    except errors.Retryable as error:
        raise errors.Unavailable("The file can't be read now", detail=error.detail) from None
    except errors.RemoteError as error:
        raise errors.RecordRejected("The file can't be read", detail=error.detail) from None
