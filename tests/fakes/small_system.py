"""A system of tiny processes under the real `up`, for the tests of starting and stopping.

Run as a program. NUANYU_TEST_SYSTEM (JSON) changes single processes: {"worker": "deaf"};
NUANYU_TEST_FRESH makes each a fresh interpreter instead of a copy of the supervisor.
"""

from __future__ import annotations

import json
import os
import sys

from infra.settings import SettingsError, load_settings
from infra.up import Command, Stage, up

MODULE = "tests.fakes.small_process"
FRESH = f"import runpy; runpy.run_module('{MODULE}', run_name='__main__')"
USUAL = {"worker": "steady", "web": "web", "scheduler": "steady"}
STAGES = {"worker": Stage.WORK, "web": Stage.SERVE, "scheduler": Stage.FEED}


def commands() -> list[Command]:
    """Return the processes, with what the test changed."""
    kinds = USUAL | json.loads(os.environ.get("NUANYU_TEST_SYSTEM", "{}"))
    how = ("-c", FRESH) if "NUANYU_TEST_FRESH" in os.environ else ("-m", MODULE)
    return [
        Command(name, (sys.executable, *how, kind, name), stage=STAGES[name])
        for name, kind in kinds.items()
    ]


def main() -> int:
    """Run it."""
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error)
        return 78
    return up(
        settings,
        commands=commands(),
        prepare=lambda: None,
        say=lambda line: print(line, flush=True),
    )


if __name__ == "__main__":
    sys.exit(main())
