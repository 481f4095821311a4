"""Calls among our own services: one way to ask, one way to fail."""

from collections.abc import Collection, Mapping
from typing import Any

import httpx2
from pydantic import SecretStr

from syncline_common.errors import ContractBroken, NotFound, Unavailable

WITHIN = 5.0  # seconds


class ServiceCalls:
    """To one service. Unavailable if it does not answer, NotFound if what was asked for is not there."""

    def __init__(self, http: httpx2.AsyncClient, base_url: str, service_token: SecretStr, name: str) -> None:
        self._http, self._base_url, self._token, self._name = http, base_url, service_token, name

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, str] | None = None,
        good: Collection[int] = (200, 201, 204),
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        url = f"{self._base_url}{path}"
        try:
            answer = await self._http.request(
                method, url, json=body, params=params, headers=headers, timeout=WITHIN
            )
        except httpx2.HTTPError as exc:
            raise Unavailable(
                f"The {self._name} service does not answer; try again shortly", detail=type(exc).__name__
            ) from None
        if answer.status_code in good:
            return answer.json() if answer.content else None
        raise self._refusal(answer.status_code)

    def _refusal(self, status: int) -> Exception:
        if status == 404:
            return NotFound("There is no such thing")
        if status >= 500 or status == 429:
            return Unavailable(
                f"The {self._name} service is not ready; try again shortly", detail=str(status)
            )
        return ContractBroken(
            f"The {self._name} service refused a question of ours; is SYNCLINE_SERVICE_TOKEN the same everywhere?",
            detail=str(status),
        )
