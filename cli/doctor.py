"""Is everything reachable, configured and in date? Each finding says what to do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import httpx
import redis
import typer
from sqlalchemy.exc import SQLAlchemyError

from bot.health import PROCESSES
from cli.campus import problems_of
from cli.doctor_staff import STAFF_CHECKS
from cli.doctor_telegram import TELEGRAM_CHECKS
from cli.findings import Check, Finding, Health
from companion.errors import NuanyuError
from companion.risk.hotlines import registry
from companion.risk.screen import unusable_models
from infra.campus_file import load_campus
from infra.clock import WallClock
from infra.heartbeat import alive
from infra.queue import find_redis
from infra.redaction import TalkMask
from infra.settings import Settings, SettingsError
from infra.store.engine import database_url, make_engine
from infra.store.keys import count_keys
from infra.store.migrate import is_current
from infra.vault import KeyRing

_TIMEOUT = 5.0  # seconds
#: Read by the second reader to see whether it answers; nobody wrote it.
_SAMPLE = "今天下雨了。"
_MARKS = {Health.WELL: ("✓", "green"), Health.HINT: ("·", "yellow"), Health.ILL: ("✗", "red")}


def report(settings: Settings, *, as_json: bool) -> int:
    """Print every finding; returns 1 when one is bad."""
    ill = False
    for finding in examine(settings):
        ill |= finding.health is Health.ILL
        if as_json:
            fields = {"what": finding.what, "health": finding.health, "detail": finding.detail}
            typer.echo(json.dumps(fields, ensure_ascii=False))
        else:
            mark, colour = _MARKS[finding.health]
            typer.secho(f"{mark} {finding.what:<20} {finding.detail}", fg=colour)
    return 1 if ill else 0


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one after another; a check that breaks is a finding itself."""
    for check in _CHECKS:
        try:
            yield from check(settings)
        except (NuanyuError, SQLAlchemyError, OSError, httpx.HTTPError) as error:
            name = check.__name__.strip("_")
            detail = str(error) if isinstance(error, NuanyuError) else type(error).__name__
            yield Finding(name, Health.ILL, detail)


def _data(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir.absolute()
    if not folder.is_dir():
        yield Finding("data", Health.ILL, f"{folder} does not exist: start once with `nuanyu up`")
    elif not os.access(folder, os.W_OK):
        yield Finding("data", Health.ILL, f"{folder} is not writable: fix its owner")
    else:
        yield Finding("data", Health.WELL, str(folder))


def _database(settings: Settings) -> Iterator[Finding]:
    engine = make_engine(database_url(settings))
    try:
        current = is_current(engine)
    finally:
        engine.dispose()
    kind = engine.dialect.name
    if current:
        yield Finding("database", Health.WELL, f"{kind}, migrations in date")
    else:
        yield Finding(
            "database", Health.ILL, f"{kind} lacks migrations: run `nuanyu up` or `nuanyu migrate`"
        )


def _keys(settings: Settings) -> Iterator[Finding]:
    names = KeyRing.from_settings(settings).names
    engine = make_engine(database_url(settings))
    try:
        counts = count_keys(engine)
    finally:
        engine.dispose()
    lost = [f"{count.master} ({count.keys})" for count in counts if count.master not in names]
    old = sum(count.keys for count in counts if count.master in names[1:])
    if lost:
        detail = f"master keys are missing: {', '.join(lost)}; put them back"
        yield Finding("keys", Health.ILL, detail)
    elif old:
        yield Finding("keys", Health.HINT, f"{old} under older keys: `nuanyu keys rewrap`")
    else:
        yield Finding("keys", Health.WELL, f"newest is {names[0]}")


def _broker(settings: Settings) -> Iterator[Finding]:
    url = find_redis(settings)
    client = redis.Redis.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
    try:
        version = client.info("server")["redis_version"]
    except redis.RedisError as error:
        yield Finding("redis", Health.ILL, f"{type(error).__name__}: check NUANYU_REDIS_URL")
        return
    finally:
        client.close()
    yield Finding("redis", Health.WELL, f"version {version}")
    beats = alive(url, PROCESSES) or {}
    for name in PROCESSES:
        if beats.get(name):
            yield Finding(name, Health.WELL, "alive")
        else:
            yield Finding(name, Health.ILL, "not heard of: is it running?")


def _model(settings: Settings) -> Iterator[Finding]:
    if settings.llm_url is None:
        detail = "none configured: the guided engine answers (set NUANYU_LLM_URL)"
        yield Finding("model", Health.HINT, detail)
        return
    url = str(settings.llm_url).rstrip("/").removesuffix("/v1")
    answer = httpx.get(f"{url}/health", timeout=_TIMEOUT, trust_env=False)
    if answer.is_success:
        yield Finding("model", Health.WELL, "answers")
    else:
        detail = f"/health says {answer.status_code}; the guided engine answers meanwhile"
        yield Finding("model", Health.ILL, detail)


def _opinion(settings: Settings) -> Iterator[Finding]:
    if settings.opinion == "off":
        yield Finding("opinion", Health.HINT, "off: the screen reads alone (see NUANYU_OPINION)")
        return
    # Half a second of imports that only those pay for who use it.
    from infra.opinion import build_reader  # noqa: PLC0415
    from infra.opinion.reader import NoOpinion  # noqa: PLC0415

    reader = build_reader(settings, masks=TalkMask)
    try:
        if reader is not None:
            reader.read(_SAMPLE, history=(), seconds=settings.opinion_seconds)
    except NoOpinion as error:
        detail = f"{settings.opinion} is silent ({error}); the screen reads alone meanwhile"
        yield Finding("opinion", Health.ILL, detail)
        return
    yield Finding("opinion", Health.WELL, f"{settings.opinion} reads, and its labels are right")


def _campus(settings: Settings) -> Iterator[Finding]:
    try:
        campus = load_campus(settings.campus_file)
    except SettingsError as error:
        yield Finding("campus", Health.ILL, str(error))
        return
    if settings.campus_file is None:
        detail = "the example campus is in use: write a campus.toml, set NUANYU_CAMPUS_FILE"
        yield Finding("campus", Health.HINT, detail)
    else:
        yield Finding("campus", Health.WELL, campus.name[campus.language])
    for problem in problems_of(settings):
        yield Finding("content", Health.ILL, f"left out: {problem}")
    if campus.duty_line is None:
        detail = "no duty line: students are shown public lines only; add [duty_line]"
        yield Finding("duty line", Health.ILL, detail)


def _hotlines(_: Settings) -> Iterator[Finding]:
    problems = registry().problems(WallClock().now())
    for problem in problems:
        yield Finding("hotlines", Health.HINT, problem)
    if not problems:
        yield Finding("hotlines", Health.WELL, "all in date")


def _recognisers(_: Settings) -> Iterator[Finding]:
    problems = unusable_models()
    for problem in problems:
        yield Finding("recognisers", Health.ILL, problem)
    if not problems:
        yield Finding("recognisers", Health.WELL, "the trained models can be read")


_CHECKS: tuple[Check, ...] = (
    _recognisers,
    *(_data, _database, _keys, _broker, _model, _opinion),
    *TELEGRAM_CHECKS,
    *(_campus, _hotlines),
    *STAFF_CHECKS,
)
