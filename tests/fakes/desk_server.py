"""The web process in a thread of this one: for a browser that looks at rows the test makes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

from bot.app import make_app
from infra.queue import make_celery
from infra.services import Parts
from infra.settings import Settings

_NOWHERE = "redis://127.0.0.1:1/0"
_PATIENCE = 60  # seconds


@contextmanager
def served(campus: Any, folder: Path, *, redis_url: str = _NOWHERE) -> Iterator[str]:
    """Serve a campus of the tests over HTTP; yields the address."""
    parts = Parts(
        settings=Settings(data_dir=folder, _env_file=None),
        campus=campus.campus,
        store=campus.store,
        celery=make_celery(redis_url),
        redis_url=redis_url,
        services=replace(campus.services),
    )
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(make_app(parts), log_config=None, timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + _PATIENCE
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
