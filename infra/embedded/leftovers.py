"""Who was started here: written down, so that a later start can end what was left running."""

from __future__ import annotations

import json
from pathlib import Path

import psutil

PATIENCE = 5.0  # seconds until a leftover that ignores SIGTERM is killed


def write_down(file: Path, pid: int) -> None:
    """Remember a process by its id and the moment it began: ids are used again, pairs are not."""
    try:
        began = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return
    file.write_text(json.dumps({"pid": pid, "began": began}), encoding="utf-8")


def reap(file: Path) -> bool:
    """End the process remembered in the file, if it still runs; never a stranger.

    Returns whether there was one. The file is gone afterwards.
    """
    process = _remembered(file)
    file.unlink(missing_ok=True)
    if process is None:
        return False
    try:
        process.terminate()
        process.wait(PATIENCE)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE)
    except psutil.NoSuchProcess:
        return False
    return True


def _remembered(file: Path) -> psutil.Process | None:
    try:
        note = json.loads(file.read_text(encoding="utf-8"))
        process = psutil.Process(note["pid"])
        is_the_same = process.create_time() == note["began"]
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
    return process if is_the_same and process.status() != psutil.STATUS_ZOMBIE else None
