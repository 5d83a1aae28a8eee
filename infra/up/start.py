"""`nuanyu up`: check, start, tell where everything is, watch, stop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from companion.errors import NuanyuError
from infra.embedded import leftovers
from infra.embedded.lifeline import stop_with_parent
from infra.embedded.locks import OwnerLock, Taken
from infra.embedded.redis import EmbeddedFailed, EmbeddedRedis
from infra.settings import PREFIX, Settings
from infra.up.commands import Command
from infra.up.greeting import greeting
from infra.up.preflight import EXIT_CONFIG, StartRefused, check_data_dir, check_redis, choose_port
from infra.up.process import Process
from infra.up.readiness import ask, base_url
from infra.up.signals import Signals
from infra.up.supervisor import GaveUp, Supervisor

Say = Callable[[str], None]


def up(
    settings: Settings,
    *,
    commands: Sequence[Command],
    prepare: Callable[[], None],
    say: Say,
    preload: Sequence[str] = (),
) -> int:
    """Run everything until SIGINT or SIGTERM and return the exit status.

    `preload` names modules that several processes need: they are imported once, here. `prepare`
    runs before the processes (migrations, keys) and may raise NuanyuError; `say` gets
    each line for the person. 0 after a stop, 78 when something must be changed first, 1 when a
    process could not be brought up. Call from the main thread.
    """
    if "MAKELEVEL" in os.environ:
        stop_with_parent()  # a killed `make run` leaves nothing behind
    say = _patient(say)
    try:
        with _claimed(settings) as (data_dir, port):
            settings = settings.model_copy(update={"data_dir": data_dir, "port": port})
            if preload:
                say("Loading …")
            for name in preload:
                import_module(name)
            say("Preparing the database …")
            prepare()
            with Signals() as signals:
                return _run(settings, commands, say=say, signals=signals)
    except KeyboardInterrupt:
        say("Stopped before anything was started.")
        return 0
    except GaveUp as error:
        say(f"Stopped: {error}")
        return error.status
    except NuanyuError as error:
        say(f"Not started: {error}")
        return EXIT_CONFIG


@contextmanager
def _claimed(settings: Settings) -> Iterator[tuple[Path, int]]:
    """Hold the data directory for us alone, and know a port. Raises StartRefused."""
    data_dir = settings.data_dir.absolute()
    check_data_dir(data_dir)
    lock = OwnerLock(data_dir / "run" / "up.lock")
    try:
        lock.take()
    except Taken as taken:
        where = f"at {taken.note}" if taken.note else "and still starting"
        raise StartRefused(
            f"Nuanyu is already running {where} with the data directory {data_dir}: "
            "stop that one first, or set NUANYU_DATA_DIR and NUANYU_PORT for a second one"
        ) from None
    try:
        _reap_leftovers(data_dir)
        port = choose_port(settings.host, settings.port)
        if settings.redis_url:
            check_redis(settings.redis_url.get_secret_value())
        lock.leave(base_url(settings.host, port))
        yield data_dir, port
    finally:
        lock.release()


def _reap_leftovers(data_dir: Path) -> None:
    """End what a supervisor that was killed left running; Redis reaps its own."""
    for note in (data_dir / "run").glob("*.pid"):
        if note.stem != "redis":
            leftovers.reap(note)


def _run(
    settings: Settings,
    commands: Sequence[Command],
    *,
    say: Say,
    signals: Signals,
) -> int:
    redis = None if settings.redis_url else EmbeddedRedis(settings.data_dir)
    processes = [
        Process(
            command,
            environment=_environment(settings, redis_url=redis.url if redis else None),
            data_dir=settings.data_dir,
            show=say,
        )
        for command in commands
    ]
    supervisor = Supervisor(processes, redis=redis, signals=signals, say=say)
    try:
        _bring_up(settings, supervisor, redis=redis, say=say)
    finally:
        say("Stopping …")
        supervisor.stop()
    say("Everything is stopped.")
    return 0


def _bring_up(
    settings: Settings,
    supervisor: Supervisor,
    *,
    redis: EmbeddedRedis | None,
    say: Say,
) -> None:
    if redis is not None:
        say("Starting Redis …")
        _start_redis(redis)
    say("Starting the processes …")
    supervisor.start()
    if supervisor.wait_until_ready(lambda: ask(settings.host, settings.port)):
        for line in greeting(settings, url=base_url(settings.host, settings.port)):
            say(line)
        supervisor.watch()


def _start_redis(redis: EmbeddedRedis) -> None:
    try:
        redis.start()
    except OSError as error:
        raise EmbeddedFailed(f"Redis could not be started: {error}") from error


def _environment(settings: Settings, *, redis_url: str | None) -> Mapping[str, str]:
    """Return what all processes get: our own environment, and what we decided for them."""
    decided = {
        PREFIX + "HOST": settings.host,
        PREFIX + "PORT": str(settings.port),
        PREFIX + "DATA_DIR": str(settings.data_dir),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }
    if redis_url is not None:
        decided[PREFIX + "REDIS_URL"] = redis_url
    return {**os.environ, **decided}


def _patient(say: Say) -> Say:
    """Return a `say` that bears a closed terminal: the work goes on, the log files have it all."""

    def patient(line: str) -> None:
        try:
            say(line)
        except (OSError, ValueError):
            return

    return patient
