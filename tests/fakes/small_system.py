"""A system of tiny processes under the real `up`, for the tests of starting and stopping.

Run as a program. NUANYU_TEST_SYSTEM (JSON) changes single processes: {"worker": "deaf"}.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from infra.settings import SettingsError, load_settings
from infra.up import Command, Stage, up

ROOT = Path(__file__).resolve().parents[2]

_TELL = """
import os, pathlib, signal, sys, threading, time
name = sys.argv[1]
diary = pathlib.Path(os.environ["NUANYU_DATA_DIR"]) / "diary"
def tell(what):
    with diary.open("a") as file: file.write(f"{what} {name}\\n")
def leave(*_):
    tell("stopped"); os._exit(0)
signal.signal(signal.SIGTERM, leave)
signal.signal(signal.SIGINT, lambda *_: tell("interrupted"))
tell("started")
"""

_STEADY = _TELL + "while True: time.sleep(60)"
_DEAF = _TELL + "signal.signal(signal.SIGTERM, lambda *_: tell('deaf'))\nwhile True: time.sleep(60)"
_CRASHES = _TELL + "print('the cupboard is empty'); sys.exit(3)"
_REFUSES = _TELL + "print('NUANYU_CUPBOARD is empty: fill it'); sys.exit(78)"
_MUTTERS = _TELL + (
    'print(\'{"event": "kettle_cold", "level": "warning", "cups": 2}\', flush=True)\n'
    "print('all is well', flush=True)\nwhile True: time.sleep(60)"
)
_WEB = (
    _TELL
    + """
import http.server, redis
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try: redis.Redis.from_url(os.environ["NUANYU_REDIS_URL"]).ping(); status = 200
        except redis.RedisError: status = 503
        self.send_response(status); self.end_headers(); self.wfile.write(b"no Redis yet")
    def log_message(self, *_): pass
where = (os.environ["NUANYU_HOST"], int(os.environ["NUANYU_PORT"]))
http.server.HTTPServer(where, Page).serve_forever()
"""
)

_KINDS = {
    "steady": _STEADY,
    "deaf": _DEAF,
    "crashes": _CRASHES,
    "refuses": _REFUSES,
    "mutters": _MUTTERS,
    "web": _WEB,
}
_USUAL = {"worker": "steady", "web": "web", "scheduler": "steady"}
_STAGES = {"worker": Stage.WORK, "web": Stage.SERVE, "scheduler": Stage.FEED}


def commands() -> list[Command]:
    """Return the processes, with what the test changed."""
    kinds = _USUAL | json.loads(os.environ.get("NUANYU_TEST_SYSTEM", "{}"))
    return [
        Command(name, (sys.executable, "-c", _KINDS[kind], name), stage=_STAGES[name])
        for name, kind in kinds.items()
    ]


def main() -> int:
    """Run it."""
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error)
        return 78
    return up(
        settings,
        commands=commands(),
        prepare=lambda: None,
        say=lambda line: print(line, flush=True),
    )


if __name__ == "__main__":
    sys.exit(main())
