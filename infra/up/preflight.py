"""What must be true before anything starts; each refusal is one line that says what to do."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import tempfile
from pathlib import Path

from companion.errors import NuanyuError
from infra.embedded.redis import answers

ROOM_NEEDED = 100 * 1024 * 1024  # bytes

#: What `sysexits.h` calls EX_CONFIG: starting again without a change is of no use.
EXIT_CONFIG = 78


class StartRefused(NuanyuError):
    """Nothing was started; the message is one line that says what to do."""


def check_data_dir(data_dir: Path) -> None:
    """Make the data directory if it is missing and try to write in it. Raises StartRefused."""
    try:
        for place in (data_dir, data_dir / "run", data_dir / "logs"):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=data_dir, prefix=".try-") as file:
            file.write(b"room for a page of text\n" * 200)
            file.flush()
        free = shutil.disk_usage(data_dir).free
    except OSError as error:
        raise StartRefused(
            f"cannot write in the data directory {data_dir.absolute()} ({_reason(error)}): "
            "make it writable for this user, or set NUANYU_DATA_DIR to another directory"
        ) from None
    if free < ROOM_NEEDED:
        raise StartRefused(
            f"only {free // 1024**2} MB are free for the data directory {data_dir.absolute()}: "
            "free some room, or set NUANYU_DATA_DIR to another disk"
        )


def choose_port(host: str, port: int) -> int:
    """Return the port to listen on, a free one for 0. Raises StartRefused when it cannot be had."""
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, where = address[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(where)
            trial.listen(1)
            return int(trial.getsockname()[1])
    except OSError as error:
        raise StartRefused(_port_trouble(host, port, error)) from None


def check_redis(url: str) -> None:
    """Ask the configured Redis whether it answers. Raises StartRefused."""
    try:
        has_answered = answers(url)
    except ValueError as error:
        raise StartRefused(f"NUANYU_REDIS_URL cannot be used: {error}") from None
    if not has_answered:
        raise StartRefused(
            "no Redis answers at NUANYU_REDIS_URL: start it or correct the address, "
            "or leave the setting away and Nuanyu starts a Redis of its own"
        )


def _port_trouble(host: str, port: int, error: OSError) -> str:
    other = port + 1 if port < 65535 else 8081  # noqa: PLR2004, the last port there is
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is in use by another program: stop it, or choose another port, "
            f"for example NUANYU_PORT={other} make run"
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return (
            f"port {port} is not allowed for this user: use one from 1024 on, "
            "for example NUANYU_PORT=8080"
        )
    return (
        f"NUANYU_HOST={host} is not an address of this machine ({_reason(error)}): "
        "use 127.0.0.1, or 0.0.0.0 to be reachable from outside"
    )


def _reason(error: OSError) -> str:
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return "it is not a directory"
    if isinstance(error, socket.gaierror) or error.errno is None:
        return str(error.strerror or error)
    return os.strerror(error.errno).lower()
