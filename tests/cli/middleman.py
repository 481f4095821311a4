"""Stands between the command line and Syncline, and loses answers, or gives its own."""

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WITHIN = 60


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]
    status: int


@dataclass
class Middleman:
    """`answers` are given instead of Syncline's, by path, each once and the last for ever."""

    behind: int  # a port
    url: str = ""
    lose: int = 0  # so many answers to `losing`, when their effect is already there
    losing: str = "POST"
    slow: float = 0.0
    answers: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def of(self, method: str) -> list[Seen]:
        return [it for it in self.seen if it.method == method]


@contextmanager
def middleman(behind: int) -> Iterator[Middleman]:
    it = Middleman(behind)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(it))
    it.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(it: Middleman) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            time.sleep(it.slow)
            status, headers, content = self._own() or self._theirs(body)
            it.seen.append(Seen(self.command, self.path, body, dict(self.headers), status))
            if it.lose and self.command == it.losing:
                it.lose -= 1
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def _own(self) -> tuple[int, dict[str, str], bytes] | None:
            given = it.answers.get(self.path.partition("?")[0])
            if not given:
                return None
            status, content = given.pop(0) if len(given) > 1 else given[0]
            if isinstance(content, str):
                return status, {"Content-Type": "text/html"}, content.encode()
            return status, {"Content-Type": "application/json"}, json.dumps(content).encode()

        def _theirs(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
            line = http.client.HTTPConnection("127.0.0.1", it.behind, timeout=WITHIN)
            line.request(self.command, self.path, body or None, dict(self.headers))
            answer = line.getresponse()
            content = answer.read()
            line.close()
            kept = ("content-type", "etag", "retry-after")
            return answer.status, {k: v for k, v in answer.headers.items() if k.lower() in kept}, content

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    for method in ("GET", "POST", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._pass)
    return Handler
