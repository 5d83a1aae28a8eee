"""How fast a webhook is answered once its row is committed, beside an empty handler."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import Latencies, Load, fire
from bench.table import Figure, milliseconds
from bench.updates import SECRET, TOKEN, text_update
from infra.embedded.redis import EmbeddedRedis
from infra.prepare import prepare
from infra.settings import Settings
from tests.fakes.botapi import FakeBotApi
from tests.fakes.running import free_port

REQUESTS = 3_000
CONNECTIONS = 32
_WARM_UP = 300
_STUDENTS = 500


def measure(folder: Path) -> Iterator[Figure]:
    """Yield throughput and p99 of the webhook as ratios to the empty handler."""
    with FakeBotApi() as api, _served(folder, api.url) as url:
        header = f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"

        def load(path: str, first: int, requests: int) -> Latencies:
            return fire(
                Load(
                    url + path,
                    lambda number: text_update(first + number, student=number % _STUDENTS),
                    headers=header,
                    requests=requests,
                    connections=CONNECTIONS,
                )
            )

        for path, first in (("/empty", 0), ("/telegram/webhook", 1)):
            load(path, first, _WARM_UP)
        empty = load("/empty", 0, REQUESTS)
        intake = load("/telegram/webhook", 10_000, REQUESTS)
    yield Figure(
        "webhook intake, requests a second",
        f"{intake.per_second:,.0f}",
        f"empty handler {empty.per_second:,.0f}",
        intake.per_second / empty.per_second,
    )
    yield Figure(
        f"webhook intake, p99 at {CONNECTIONS} connections",
        milliseconds(intake.p99),
        f"empty handler {milliseconds(empty.p99)}",
        intake.p99 / empty.p99,
    )


@contextmanager
def _served(folder: Path, api_url: str) -> Iterator[str]:
    """Serve the web process alone: a real Redis, the embedded database, no workers."""
    port = free_port()
    prepare(Settings(data_dir=folder, _env_file=None))  # type: ignore[call-arg]
    with EmbeddedRedis(folder) as redis:
        server = subprocess.Popen(
            [sys.executable, "-m", "bench.server"],
            env={
                "PATH": "/usr/bin:/bin",
                "NUANYU_DATA_DIR": str(folder),
                "NUANYU_PORT": str(port),
                "NUANYU_REDIS_URL": redis.url,
                "NUANYU_TELEGRAM_TOKEN": TOKEN,
                "NUANYU_TELEGRAM_SECRET": SECRET,
                "NUANYU_TELEGRAM_API_URL": api_url,
            },
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            yield url
        finally:
            server.terminate()
            server.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2).close()  # noqa: S310 - our own server
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web process did not start")
