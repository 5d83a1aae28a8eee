"""What the processes write: all of it into files, what a person should see onto the screen."""

from __future__ import annotations

import json
import re
from collections import deque
from pathlib import Path
from threading import Lock

LIMIT = 10_000_000  # bytes in one file
KEPT = 3  # older files beside the current one
LAST_LINES = 12  # remembered for when a process dies

_ALARMING = re.compile(
    r"\b(WARNING|ERROR|CRITICAL|FATAL)\b|^Traceback |^\w*(\.\w+)*(Error|Exception):"
)
_WIDEST = 300  # characters of one line on the screen
_LOUD = {"warning", "error", "critical", "exception"}
#: Told already, or too long for a screen: the log file has it.
_LEFT_OUT = {"event", "level", "timestamp", "logger", "process", "exception", "stack"}


class LogFile:
    """A file that starts anew when it is full; the last few are kept as `.1`, `.2` and so on."""

    def __init__(self, path: Path, *, limit: int = LIMIT, kept: int = KEPT) -> None:
        self._path = path
        self._limit = limit
        self._kept = kept
        self._lock = Lock()
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)

    @property
    def path(self) -> Path:
        """Where the current file is."""
        return self._path

    @property
    def last_lines(self) -> list[str]:
        """The last lines written since this object was made."""
        return list(self._last)

    def write(self, line: bytes) -> None:
        """Add one line. Raises OSError, for example when the disk is full."""
        with self._lock:
            self._last.append(line.decode(errors="replace").rstrip())
            if self._file.tell() + len(line) > self._limit:
                self._turn()
            self._file.write(line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _turn(self) -> None:
        self._file.close()
        for number in range(self._kept - 1, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            if older.exists():
                older.replace(self._path.with_name(f"{self._path.name}.{number + 1}"))
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._file = self._path.open("ab", buffering=0)


def for_the_screen(line: str) -> str | None:
    """Return a log line as a person should see it, or None when it is no cause for concern."""
    if line.startswith("{"):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if isinstance(entry, dict):
            return _from_json(entry)
    return line.rstrip() if _ALARMING.search(line) else None


def _from_json(entry: dict[str, object]) -> str | None:
    level = str(entry.get("level", "")).lower()
    if level not in _LOUD:
        return None
    known = " ".join(f"{name}={value}" for name, value in entry.items() if name not in _LEFT_OUT)
    event, *_ = str(entry.get("event", "")).splitlines() or [""]
    return f"{level}: {event} {known}".rstrip()[:_WIDEST]
