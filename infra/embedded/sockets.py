"""A place for unix sockets: private, short enough, and always the same for a data directory."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path

from companion.errors import NuanyuError

#: The kernel takes 107 bytes on Linux and 103 elsewhere, file name included.
_LONGEST = 90
#: What needs no quoting in a URL; anything else moves the socket to the short place.
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")


class UnsafePlace(NuanyuError):
    """A directory that must be ours alone belongs to somebody else."""


def socket_dir(data_dir: Path) -> Path:
    """Return the directory for the sockets of a data directory; it need not exist yet."""
    place = data_dir.resolve() / "run"
    if len(os.fsencode(place)) > _LONGEST or not _PLAIN.fullmatch(str(place)):
        key = hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
        place = Path(tempfile.gettempdir()) / f"nuanyu-{os.getuid()}-{key}"
    return place


def make_private(place: Path) -> None:
    """Make a directory for this user alone, mode 700. Raises UnsafePlace, OSError."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise UnsafePlace(f"{place} is not a directory of this user: remove it")
    if stat.S_IMODE(found.st_mode) & 0o077:
        place.chmod(0o700)
