"""One port in front of every service, as the proxy is when each runs alone."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from syncline_common.api.problems import Problem, problem_answer


def front(apps: Mapping[str, ASGIApp], console: ASGIApp) -> ASGIApp:
    """By the first part of the path, unchanged; the rest is the console's. What is internal stays inside."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        first, _, rest = scope["path"].removeprefix("/").partition("/")
        app = apps.get(first, console)
        if f"{rest}/".startswith("internal/"):
            app = problem_answer(Problem(title="Not Found", code="not_found", status=404))
        await app(scope, receive, send)

    return dispatch


def inside(apps: Mapping[str, ASGIApp], console: ASGIApp) -> ASGIApp:
    """The same without the door: for the services among themselves, on a port that only this machine sees."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        first = scope["path"].removeprefix("/").partition("/")[0]
        await apps.get(first, console)(scope, receive, send)

    return dispatch
