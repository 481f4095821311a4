"""The only place of the sandbox that calls somebody: webhooks go out from here."""

import httpx2

from syncline_sandbox.deliveries import Delivery


class LoopbackPost:
    def __init__(self) -> None:
        self._client = httpx2.AsyncClient(timeout=10, trust_env=False)

    async def __call__(self, delivery: Delivery) -> int | None:
        """The status, or None if nobody answered."""
        try:
            answer = await self._client.post(
                delivery.target, content=delivery.body, headers=dict(delivery.headers)
            )
        except httpx2.HTTPError:
            return None
        return answer.status_code

    async def close(self) -> None:
        await self._client.aclose()
