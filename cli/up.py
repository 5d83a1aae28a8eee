"""`nuanyu up`: which processes there are."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from companion.jobs import Queue
from infra.settings import Settings
from infra.up import Command, Stage, up

#: What most processes load; they are forked from one that has loaded it once.
_SHARED = ("infra.services", "workers.main")


def start(settings: Settings) -> int:
    """Start everything and keep it running; returns the exit status."""
    return up(
        settings,
        commands=commands(settings),
        prepare=lambda: _prepare(settings),
        say=typer.echo,
        preload=_SHARED,
    )


def _prepare(settings: Settings) -> None:
    # Loaded only now: "port in use" must not wait for seconds of imports. The processes are
    # forked afterwards and share what is read here.
    import_module("infra.prepare").prepare(settings)
    for problem in import_module("companion.flows.warm").warm():
        typer.echo(
            f"Messages are judged by phrases alone, on the careful side: {problem}", err=True
        )


def commands(settings: Settings) -> list[Command]:
    """Return the processes: web, a worker for each queue, the scheduler, poll if needed."""
    found = [
        *(_command(f"worker-{queue}", "worker", queue, stage=Stage.WORK) for queue in Queue),
        _command("web", "web", stage=Stage.SERVE),
        _command("scheduler", "scheduler", stage=Stage.FEED),
    ]
    has_bot = settings.telegram_token or settings.staff_telegram_token
    if has_bot and settings.public_url is None:
        found.append(_command("poll", "poll", stage=Stage.FEED))
    return found


def _command(name: str, *words: str, stage: Stage) -> Command:
    return Command(name=name, argv=(sys.executable, "-m", "nuanyu", *words), stage=stage)
