"""One owner at a time: a lock file that the system frees when its owner dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from companion.errors import NuanyuError


class Taken(NuanyuError):
    """Another process holds the lock; `note` is what it left for us to read."""

    def __init__(self, note: str) -> None:
        super().__init__(note or None)
        self.note = note


class OwnerLock:
    """An exclusive lock on a file. Free after `release`, or when the process ends in any way."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._handle: int | None = None

    def take(self, note: str = "") -> None:
        """Take the lock and leave a note for whoever asks next. Raises Taken, OSError."""
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Taken(self._file.read_text(encoding="utf-8")) from None
        self._handle = handle
        self.leave(note)

    def leave(self, note: str) -> None:
        """Change the note of a lock that we hold."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, note.encode(), 0)

    def release(self) -> None:
        """Give the lock back; the file stays, so that two openers never hold different ones."""
        if self._handle is not None:
            self.leave("")
            os.close(self._handle)
            self._handle = None
