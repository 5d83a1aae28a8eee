"""One process of the small system: `python -m tests.fakes.small_process KIND NAME`.

It writes into a diary in the data directory what happens to it.
"""

from __future__ import annotations

import http.server
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

import redis

NAME = sys.argv[-1]
DIARY = Path(os.environ["NUANYU_DATA_DIR"]) / "diary"


def tell(what: str) -> None:
    """Write one line into the diary."""
    with DIARY.open("a", encoding="utf-8") as file:
        file.write(f"{what} {NAME}\n")


def leave(*_: object) -> NoReturn:
    """Stop as asked."""
    tell("stopped")
    os._exit(0)


def steady() -> None:
    """Do nothing, patiently."""
    while True:
        time.sleep(60)


def deaf() -> None:
    """Do not stop when asked."""
    signal.signal(signal.SIGTERM, lambda *_: tell("deaf"))
    steady()


def crashes() -> None:
    """End with a status that nobody expects."""
    print("the cupboard is empty")
    sys.exit(3)


def raises() -> None:
    """End with an error that nobody caught."""
    raise RuntimeError("the cupboard is empty")


def refuses() -> None:
    """End because of a setting."""
    print("NUANYU_CUPBOARD is empty: fill it")
    sys.exit(78)


def mutters() -> None:
    """Write a warning and a calm line."""
    print(json.dumps({"event": "kettle_cold", "level": "warning", "cups": 2}))
    print("all is well", flush=True)
    steady()


def web() -> None:
    """Answer every question with whether Redis is there."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            client = redis.Redis.from_url(os.environ["NUANYU_REDIS_URL"])
            try:
                client.ping()
                self.send_response(200)
            except redis.RedisError:
                self.send_response(503)
            client.close()
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    where = (os.environ["NUANYU_HOST"], int(os.environ["NUANYU_PORT"]))
    http.server.HTTPServer(where, Page).serve_forever()


KINDS = {one.__name__: one for one in (steady, deaf, crashes, raises, refuses, mutters, web)}

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, lambda *_: tell("interrupted"))
    tell("started")
    KINDS[sys.argv[-2]]()
