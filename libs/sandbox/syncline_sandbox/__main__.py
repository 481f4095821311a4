"""`make sandbox`: two vendors on loopback, and what to type in to reach them."""

import argparse
import asyncio
import json

import uvicorn

from syncline_sandbox import demo
from syncline_sandbox.post import LoopbackPost
from syncline_sandbox.serving import HOST, configured, routes
from syncline_sandbox.vendor import Vendor

SAID = """\
Azure DevOps  https://dev.azure.com/sandbox         served at {azure_devops}, its page at {azure_devops}/_sandbox
  token: sandbox-pat-read-write     (others: sandbox-pat-read-only, sandbox-pat-no-work-items, sandbox-pat-administrator)
ServiceNow    https://sandbox.service-now.com       served at {servicenow}, its page at {servicenow}/_sandbox
  name: sync.account   password: sandbox-password     (OAuth: sandbox-client, sandbox-client-secret)

Start Syncline with
  SYNCLINE_ROUTES='{routes}' make run
"""


async def serve(vendors: list[tuple[Vendor, int]]) -> None:
    post = LoopbackPost()
    servers = [uvicorn.Server(configured(vendor, post, port=port)) for vendor, port in vendors]
    await asyncio.gather(*(it.serve() for it in servers))
    await post.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="make sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=9401, help="of the first; the second has the next")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=60, help="of each")
    given = parser.parse_args()
    first, second = (f"http://{HOST}:{port}" for port in (given.port, given.port + 1))
    way = json.dumps(routes(first, second))
    print(SAID.format(azure_devops=first, servicenow=second, routes=way), flush=True)
    vendors: list[tuple[Vendor, int]] = [
        (demo.organisation(given.seed, given.records), given.port),
        (demo.instance(given.seed, given.records), given.port + 1),
    ]
    asyncio.run(serve(vendors))


if __name__ == "__main__":
    main()
