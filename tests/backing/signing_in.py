"""Comes in as people do: with e-mail and password."""

import httpx2


async def token_of(url: str, email: str, password: str) -> str:
    """An access token; it lives ten minutes."""
    async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
        answer = await http.post("/registry/v1/tokens", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
