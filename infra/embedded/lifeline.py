"""Child processes that do not outlive us, even if we are killed with -9."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

#: Linux: `prctl(PR_SET_PDEATHSIG, …)`, kept across exec, lost by the child's own children.
_PR_SET_PDEATHSIG = 1

# Runs in a fresh interpreter, so that nothing of ours is forked half-way through a lock.
# If the parent died before the promise was made, the child is an orphan already: it leaves.
_TIE = """\
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 9)
if os.getppid() != int(sys.argv[1]): sys.exit(1)
os.execvp(sys.argv[2], sys.argv[2:])
"""


def tied(argv: Sequence[str]) -> list[str]:
    """Return the command that runs `argv` and is killed when the starting thread ends.

    Start it from the main thread: Linux ties a child to the thread, not to the process.
    Elsewhere than on Linux the command comes back as it is.
    """
    if not sys.platform.startswith("linux"):
        return list(argv)
    return [sys.executable, "-I", "-S", "-c", _TIE, str(os.getpid()), *argv]


def stop_with_parent() -> None:
    """Ask Linux for a SIGTERM when our parent ends; elsewhere nothing happens."""
    _on_parents_end(signal.SIGTERM)


def end_with_parent(parent: int) -> None:
    """Tie this process to its parent like `tied`; for a process that was forked just now."""
    _on_parents_end(signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _on_parents_end(number: int) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
