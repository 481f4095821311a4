"""The JSON Schema of configurations is served to anybody, and accepts what the product accepts."""

from httpx2 import ASGITransport, AsyncClient
from jsonschema import Draft202012Validator

from configuration.example import document
from syncline_common.runtime.host import application_of
from syncline_connections.app import SERVICE


async def test_it_is_served_and_accepts_the_example() -> None:
    transport = ASGITransport(app=application_of(SERVICE))
    async with AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.get("/connections/v1/configuration.schema.json")
    assert answer.status_code == 200
    Draft202012Validator.check_schema(answer.json())
    validator = Draft202012Validator(answer.json())
    assert list(validator.iter_errors(document())) == []
    assert list(validator.iter_errors({**document(), "flows": "none"})) != []
