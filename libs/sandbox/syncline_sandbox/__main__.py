"""`make sandbox`: simulated vendors on loopback, and what to type in to reach them."""

import argparse
import asyncio
import json
from collections.abc import Sequence

import uvicorn

from syncline_sandbox.every import EVERY
from syncline_sandbox.post import LoopbackPost
from syncline_sandbox.serving import HOST, configured, routes
from syncline_sandbox.vendor import Vendor


def said(urls: dict[str, str]) -> str:
    """For a person who wants to connect them."""
    lines = list[str]()
    for kind, url in urls.items():
        it = EVERY[kind]
        lines.append(f"{it.label:<13} {it.address}   served at {url}, its page at {url}/_sandbox")
        lines.append("  " + "   ".join(f"{name}: {value}" for name, value in it.credential.items()))
        lines += [f"  (others: {it.others})"] if it.others else []
    way = json.dumps(routes(**urls))
    return "\n".join([*lines, "", "Start Syncline with", f"  SYNCLINE_ROUTES='{way}' make run", ""])


async def serve(vendors: Sequence[tuple[Vendor, int]]) -> None:
    post = LoopbackPost()
    servers = [uvicorn.Server(configured(vendor, post, port=port)) for vendor, port in vendors]
    await asyncio.gather(*(it.serve() for it in servers))
    await post.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="make sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=9401, help="of the first; each has the next")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=60, help="of each")
    parser.add_argument(
        "--only", nargs="+", choices=EVERY, default=list(EVERY), metavar="KIND", help=", ".join(EVERY)
    )
    given = parser.parse_args()
    ports = {kind: given.port + number for number, kind in enumerate(EVERY) if kind in given.only}
    print(said({kind: f"http://{HOST}:{port}" for kind, port in ports.items()}), flush=True)
    asyncio.run(serve([(EVERY[kind].make(given.seed, given.records), port) for kind, port in ports.items()]))


if __name__ == "__main__":
    main()
