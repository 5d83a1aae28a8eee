"""Putting the parts together: the one place that chooses adapters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from celery import Celery

from companion.campus import Campus
from companion.flows.services import Services
from companion.ports import Channels, LanguageModel, Masks, Meanings, Painter, SecondOpinion, Sender
from companion.risk.hotlines import registry
from infra.campus_file import load_campus
from infra.clock import WallClock
from infra.pagers import make_channels, silent_channels
from infra.queue import WEB_PATIENCE, CeleryJobs, RedisBell, find_redis, make_celery
from infra.redaction import TalkMask
from infra.senders import PlatformSenders
from infra.senders.loop import LoopThread
from infra.settings import Settings
from infra.store.engine import database_url, make_engine
from infra.store.store import SqlStore
from infra.vault import KeyRing, Sealers


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a process does, as far as it decides what must be loaded."""

    sends: bool = False
    #: Sends cards and pages, under limits of its own.
    is_urgent: bool = False
    asks_model: bool = False
    #: Lets a second reader look at what the screen found little in.
    asks_opinion: bool = False
    #: Asks the questions of the safety dialogue, which may wait for a sentence of the model.
    asks_questions: bool = False
    #: Asks the model for such a sentence.
    reflects: bool = False
    #: Answers webhooks: it must not hang on a broker that hangs.
    answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a process is made of."""

    settings: Settings
    campus: Campus
    store: SqlStore
    celery: Celery
    redis_url: str
    services: Services


def build(settings: Settings, *, role: Role, pool: int = 20) -> Parts:
    """Put a process together; it loads only the clients that its role uses.

    Raises SettingsError when a setting cannot be used. Touches neither database nor broker.
    """
    campus = load_campus(settings.campus_file)
    redis_url = find_redis(settings)
    celery = _celery(redis_url, role)
    bell = RedisBell(redis_url)
    store = _store(settings, celery, bell, pool=pool)
    numbers = known_numbers(campus)
    masks: Masks = partial(TalkMask, keep=numbers)
    loop = LoopThread()
    telegram = _telegram(settings, redis_url, role, loop)
    services = Services(
        store=store,
        campus=campus,
        clock=WallClock(),
        bell=bell,
        senders=PlatformSenders({"telegram": telegram} if telegram else {}),
        masks=masks,
        channels=_channels(settings, redis_url, role, loop),
        model=_model(settings) if role.asks_model else None,
        holds_questions=role.asks_questions and _may_reflect(settings),
        reflector=_reflector(settings) if role.reflects else None,
        meanings=_meanings(settings) if role.asks_model else None,
        known_numbers=numbers,
        second_opinion=_opinion(settings, masks) if role.asks_opinion else None,
        public_url=str(settings.public_url) if settings.public_url else None,
        painter=_painter() if role.sends else None,
    )
    return Parts(
        settings=settings,
        campus=campus,
        store=store,
        celery=celery,
        redis_url=redis_url,
        services=services,
    )


def _store(settings: Settings, celery: Celery, bell: RedisBell, *, pool: int) -> SqlStore:
    engine = make_engine(database_url(settings), pool=pool)
    sealers = Sealers(KeyRing.from_settings(settings))
    return SqlStore(engine, sealers, jobs=CeleryJobs(celery), bell=bell)


def known_numbers(campus: Campus) -> frozenset[str]:
    """Return the numbers that may be named: the registry's and the campus's own (digits only)."""
    own = "".join(filter(str.isdigit, campus.duty_line.phone)) if campus.duty_line else ""
    return registry().known_numbers() | ({own} if own else frozenset())


def _celery(redis_url: str, role: Role) -> Celery:
    return make_celery(redis_url, patience=WEB_PATIENCE) if role.answers else make_celery(redis_url)


def _model(settings: Settings) -> LanguageModel | None:
    if settings.llm_url is None:
        return None
    # Half a second of imports that only the processes that ask the model pay for.
    from infra.llm import build_model  # noqa: PLC0415

    return build_model(settings)


def _meanings(settings: Settings) -> Meanings | None:
    if settings.embed_url is None:
        return None
    # The same imports again.
    from infra.llm.meanings import EmbeddedMeanings  # noqa: PLC0415

    return EmbeddedMeanings.from_settings(settings)


def _may_reflect(settings: Settings) -> bool:
    return settings.llm_url is not None and settings.reflection == "on"


def _reflector(settings: Settings) -> LanguageModel | None:
    if not _may_reflect(settings):
        return None
    # The same imports again.
    from infra.llm import build_reflector  # noqa: PLC0415

    return build_reflector(settings)


def _opinion(settings: Settings, masks: Masks) -> SecondOpinion | None:
    if settings.opinion == "off":
        return None
    # The same imports, and perhaps an encoder: the safety worker pays only when it is asked to.
    from infra.opinion import build_opinion  # noqa: PLC0415

    return build_opinion(settings, masks=masks)


def _telegram(settings: Settings, redis_url: str, role: Role, loop: LoopThread) -> Sender | None:
    if settings.telegram_token is None or not role.sends:
        return None
    # python-telegram-bot takes half a second to load: only processes that send pay for it.
    from infra.senders.telegram import telegram_sender  # noqa: PLC0415

    return telegram_sender(settings, redis_url=redis_url, loop=loop, urgent=role.is_urgent)


def _painter() -> Painter:
    # Only processes that send pictures load what paints them.
    from infra.pictures import ResvgPainter  # noqa: PLC0415

    return ResvgPainter()


def _channels(settings: Settings, redis_url: str, role: Role, loop: LoopThread) -> Channels:
    if not role.sends:
        return silent_channels(settings)
    return make_channels(settings, redis_url=redis_url, loop=loop)
