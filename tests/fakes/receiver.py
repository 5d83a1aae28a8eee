"""Somebody else's HTTP server: it keeps what is posted to it, and answers as it is told.

with Receiver() as receiver:
    receiver.answers(429, headers={"retry-after": "7"})     # the next one; then 200 again
    ...point the code under test at receiver.url...
    receiver.got[-1].json()
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Got:
    """One request; header names in lower case."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class _Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    #: Seconds before the answer; seconds between its bytes.
    hangs: float = 0
    drips: float = 0
    #: The line is closed without an answer.
    cuts: bool = False


class Receiver:
    """A server on a free port of this machine, in threads of its own."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.usual = _Answer()
        self._next: list[_Answer] = []
        self._closing = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver._take(self)

            def do_GET(self) -> None:
                receiver._take(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answers(self, status: int = 200, body: Any = None, **how: Any) -> None:
        """Answer the next request like this."""
        written = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        self._next.append(_Answer(status, written, **how))

    def usually_says(self, body: Any) -> None:
        self.usual = _Answer(200, json.dumps(body).encode())

    def forgets(self) -> None:
        self.got.clear()
        self._next.clear()

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.got.append(Got(asked.path, parse_qs(asked.query), headers, body))
        answer = self._next.pop(0) if self._next else self.usual
        self._closing.wait(answer.hangs)
        if answer.cuts:
            handler.connection.close()
            return
        handler.close_connection = True
        try:
            self._say(handler, answer)
        except OSError:
            return  # whoever asked has left

    def _say(self, handler: BaseHTTPRequestHandler, answer: _Answer) -> None:
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(answer.body)))
        handler.end_headers()
        step = 1 if answer.drips else len(answer.body) or 1
        for at in range(0, len(answer.body), step):
            handler.wfile.write(answer.body[at : at + step])
            handler.wfile.flush()
            time.sleep(answer.drips)
