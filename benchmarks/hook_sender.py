"""A vendor's webhooks at a steady rate, whatever becomes of those before: it is told which, and prints when each left."""

import asyncio
import json
import sys
import time

import httpx2

from syncline_common.connectors.azure_devops.webhooks import NAME


async def main() -> None:
    told = json.load(sys.stdin)
    sent = dict[str, float]()
    loop = asyncio.get_running_loop()
    way_in = (NAME, told["secret"])
    async with httpx2.AsyncClient(trust_env=False, auth=way_in, timeout=30) as http:

        async def send(id: str) -> None:
            sent[id] = time.time()
            answer = await http.post(told["address"], json=_event(told["stream"], id))
            answer.raise_for_status()

        began = loop.time()
        async with asyncio.TaskGroup() as group:
            for number, id in enumerate(told["ids"]):
                await asyncio.sleep(max(0.0, began + number / told["rate"] - loop.time()))
                group.create_task(send(id))
    print(json.dumps(sent))


def _event(stream: str, id: str) -> dict[str, object]:
    fields = {"fields": {"System.WorkItemType": stream}}
    return {"eventType": "workitem.updated", "resource": {"id": 1, "workItemId": int(id), "revision": fields}}


if __name__ == "__main__":
    asyncio.run(main())
