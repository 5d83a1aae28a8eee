"""A quick start: a command of our own runs in a copy of this process, its imports done already.

Seven interpreters that each import the same libraries keep a small machine busy for 20 seconds;
copies are there at once. Only on Linux and only while this process has a single thread; otherwise,
and for restarts, a fresh interpreter is used. What runs is the same `__main__` either way.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from typing import NoReturn

from infra.embedded.lifeline import end_with_parent

_NAME_AT = 2  # in `python -m NAME …`


class Copy:
    """A forked process, with what we use of subprocess.Popen."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None while it runs."""
        return self._ask(os.WNOHANG)

    def wait(self) -> int | None:
        """Wait for the end and return the exit status."""
        return self._ask(0)

    def _ask(self, options: int) -> int | None:
        if self._status is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status


def can_copy(argv: Sequence[str]) -> bool:
    """Whether the command is `python -m …` of this very Python, and forking is safe here."""
    return (
        sys.platform.startswith("linux")
        and tuple(argv[:_NAME_AT]) == (sys.executable, "-m")
        and threading.active_count() == 1
    )


def copy(argv: Sequence[str], *, environment: Mapping[str, str], output: int) -> Copy:
    """Run `python -m …` in a copy of this process, its output going to a file descriptor."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _become(argv, environment=environment, output=output, parent=parent)
    return Copy(pid)


def _become(
    argv: Sequence[str], *, environment: Mapping[str, str], output: int, parent: int
) -> NoReturn:
    # Nothing may return from here: the frames above belong to the supervisor.
    status = 1
    try:
        os.setpgid(0, 0)
        end_with_parent(parent)
        _forget_the_supervisor(output)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = list(argv[_NAME_AT:])
        runpy.run_module(argv[_NAME_AT], run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001, the edge of a process: told, and the process ends
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _forget_the_supervisor(output: int) -> None:
    """Put back signals, input, output and files as a fresh process has them."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup leaves it
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    # As PYTHONUNBUFFERED and PYTHONUTF8 would have it.
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", closefd=False)
