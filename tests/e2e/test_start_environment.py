"""A fresh machine is told what it lacks, and `make run` behaves like one program."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fakes.running import PATIENCE, ROOT, processes_of

LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what builds the environment, at a path with a space."""
    place = tmp_path / "a checkout"
    shutil.copytree(ROOT / "requirements", place / "requirements")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, place / name)
    return place


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=checkout, capture_output=True, text=True, check=False
    )


def test_an_old_python_is_told_what_to_install(checkout, tmp_path):
    old = program(
        tmp_path / "old-python", '#!/bin/sh\ncase "$2" in *venv*) exit 1;; esac\necho 3.9'
    )

    done = make(checkout, "run", f"PYTHON={old}")

    assert done.returncode != 0
    assert "Nuanyu needs Python 3.11 or newer; this machine has 3.9" in done.stderr
    assert "apt install python3.11" in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_python_without_venv_is_told_what_to_install(checkout, tmp_path):
    bare = program(tmp_path / "bare", '#!/bin/sh\ncase "$2" in *venv*) exit 1;; esac\necho 3.12')

    done = make(checkout, "run", f"PYTHON={bare}")

    assert done.returncode != 0
    assert "apt install python3.12-venv" in done.stderr


def test_make_alone_explains_itself(checkout):
    done = make(checkout)

    assert done.returncode == 0
    for target in ("run", "test", "check", "bench", "lock", "clean", "test-model"):
        assert f"make {target} " in done.stdout


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_by_hash_and_no_index_is_named(lock):
    text = lock.read_text(encoding="utf-8")
    packages = re.split(r"\n(?=\S)", text.strip())

    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9.\-]+(\[[a-z,]+\])?==\S+", package), package
        assert "--hash=sha256:" in package, package
    assert "://" not in text
    assert "index" not in re.sub(r"(?m)^[a-z0-9.\-]+==.*$", "", text)


def test_ctrl_c_in_the_terminal_ends_make_run_quietly(checkout, tmp_path):
    small = ROOT / "tests" / "fakes" / "small_system.py"
    program(checkout / "requirements" / "environment.sh", "#!/bin/sh\n")
    program(checkout / ".venv/bin/nuanyu", f"#!/bin/sh\nexec {sys.executable} {small}\n")
    environment = {
        "NUANYU_DATA_DIR": str(tmp_path / "data"),
        "NUANYU_PORT": "0",
        "PYTHONPATH": str(ROOT),
    }

    shown = in_a_terminal(["make", "run"], checkout, environment)

    assert "Everything is stopped." in shown
    assert "***" not in shown
    assert "Traceback" not in shown
    assert processes_of(tmp_path / "data") == []


def in_a_terminal(argv: list[str], cwd: Path, environment: dict[str, str]) -> str:
    """Run in a terminal of its own, press Ctrl-C when it is ready, return all that was shown."""
    ours, theirs = pty.openpty()
    shown = b""
    with subprocess.Popen(
        [sys.executable, "-c", _TERMINAL, *argv],
        cwd=cwd,
        env=os.environ | environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        deadline = time.monotonic() + PATIENCE
        was_pressed = False
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the last one in the terminal has left
                break
            shown += piece
            if not was_pressed and "stops everything" in shown.decode(errors="replace"):
                os.write(ours, b"\x03")
                was_pressed = True
        process.kill()
    os.close(ours)
    return shown.decode(errors="replace")


#: Makes its standard input the terminal that Ctrl-C speaks to, then becomes the program.
_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
