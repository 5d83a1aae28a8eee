"""The whole system as the benchmarks start it, and a student who writes to it."""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path

from bench.updates import SECRET, TOKEN, text_update
from tests.fakes.running import Running, free_port

_CAMPUS = """
name = { zh = "测试大学", en = "Test University" }
pace = { shortest = 0.0, usual = 0.0, longest = 0.0 }
"""


def start(folder: Path, api_url: str, model_url: str, **settings: str) -> Running:
    """Start all processes over a Telegram and a model of our own; ready when this returns."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    campus = folder / "campus.toml"
    campus.write_text(_CAMPUS)
    return Running(
        [sys.executable, "-m", "nuanyu", "up"],
        data_dir=folder / "data",
        NUANYU_PORT=str(port),
        NUANYU_PUBLIC_URL=f"http://127.0.0.1:{port}",
        NUANYU_CAMPUS_FILE=str(campus),
        NUANYU_LLM_URL=model_url,
        NUANYU_TELEGRAM_TOKEN=TOKEN,
        NUANYU_TELEGRAM_SECRET=SECRET,
        NUANYU_TELEGRAM_API_URL=api_url,
        NUANYU_TELEGRAM_RATE="1000",
        NUANYU_TELEGRAM_CHAT_RATE="100",
        **settings,
    ).wait_until_ready()


def post(url: str, update_id: int, student: int, text: str) -> None:
    """Send one update as Telegram would; returns when the web process has answered 200."""
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{url}/telegram/webhook",
        data=text_update(update_id, student=student, text=text),
        headers={
            "Content-Type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": SECRET,
        },
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - our own server
