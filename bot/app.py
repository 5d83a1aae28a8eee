"""The web process: webhooks, pages, the chat, health."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from bot.chat.api import chat_api
from bot.chat.watch import Watch
from bot.desk.routes import broken, desk_routes
from bot.guard import Guard
from bot.health import health_routes
from bot.intake import WebIntake
from bot.pages import page_routes
from bot.protocol import protocol_routes
from companion.errors import StoreUnavailable
from companion.flows.services import Services
from companion.flows.stand_in import stand_in
from companion.flows.warm import warm
from infra.logs import configure_logs
from infra.services import Parts, Role, build
from infra.settings import Settings
from infra.spool import Spool
from infra.tally import Tally

if TYPE_CHECKING:
    from bot.staff.edge import StaffEdge
    from bot.telegram_edge import TelegramEdge

log = structlog.get_logger(__name__)

_SPOOL_STEP = 5.0  # seconds
_STAND_IN_STEP = 20.0  # seconds
_DRAIN = 5  # seconds that open requests have at the end


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT."""
    configure_logs(settings.log_level, process="web")
    parts = build(settings, role=Role(sends=True, is_urgent=True, answers=True))
    uvicorn.run(
        make_app(parts),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_DRAIN,
        server_header=False,
        proxy_headers=False,
    )
    parts.store.engine.dispose()
    return 0


def make_app(parts: Parts) -> Starlette:
    """Return the whole web application over the given parts."""
    spool = Spool(parts.settings.data_dir / "spool", parts.store.sealers.ring)
    tally = Tally(parts.redis_url)
    intake = WebIntake(parts.services, spool=spool, tally=tally)
    watch = Watch(parts.redis_url)
    bots = [bot for bot in (_telegram(parts, intake), _staff(parts)) if bot is not None]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            _keep_up(stack, watch.listen())
            _keep_up(stack, _replay(intake))
            _keep_up(stack, _stand_in(parts.services))
            # Should broker or database be away, this process screens by itself (law 4).
            _keep_up(stack, _warm())
            for bot in bots:
                stack.push_async_callback(bot.close)
                _keep_up(stack, bot.register())
            log.info("web_ready")
            yield

    routes: list[BaseRoute] = [
        *page_routes(parts.services),
        *protocol_routes(parts.services),
        *desk_routes(parts, watch),
        *health_routes(parts, tally),
        *(route for bot in bots for route in bot.routes),
        Mount("/", app=chat_api(parts.services, intake=intake, watch=watch)),
    ]
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[Middleware(Guard)],
        exception_handlers={Exception: broken},
    )


async def _warm() -> None:
    for problem in await asyncio.to_thread(warm):
        log.error("models_unusable", problem=problem)


def _telegram(parts: Parts, intake: WebIntake) -> TelegramEdge | None:
    if parts.settings.telegram_token is None:
        return None
    # aiogram takes seconds and 160 MB to load; a campus without Telegram does not pay for it.
    from bot.telegram_edge import TelegramEdge  # noqa: PLC0415

    return TelegramEdge(parts, intake)


def _staff(parts: Parts) -> StaffEdge | None:
    if parts.settings.staff_telegram_token is None:
        return None
    # Only a campus whose staff use Telegram pays for loading it.
    from bot.staff.edge import StaffEdge  # noqa: PLC0415

    return StaffEdge(parts)


def _keep_up(stack: AsyncExitStack, work: Coroutine[Any, Any, object]) -> None:
    """Run something beside the requests until the process ends."""
    task = asyncio.create_task(work)
    task.add_done_callback(_tell)
    stack.push_async_callback(_cancelled, task)


def _tell(task: asyncio.Task[object]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("web_task_died", error=type(task.exception()).__name__)


async def _cancelled(task: asyncio.Task[object]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _replay(intake: WebIntake) -> None:
    """Commit what was put away while the database was gone."""
    while True:
        try:
            committed = await intake.empty_spool()
        except StoreUnavailable:
            committed = 0
        if committed:
            log.info("spool_emptied", messages=committed)
        await asyncio.sleep(_SPOOL_STEP)


async def _stand_in(services: Services) -> None:
    """Do what is overdue on the crisis path, should broker or workers be gone (law 4)."""
    while True:
        await asyncio.sleep(_STAND_IN_STEP)
        with suppress(StoreUnavailable):  # without a database there are no rows to look at
            overdue = await asyncio.to_thread(stand_in, services=services)
            if overdue:
                log.error("crisis_path_overdue", rows=overdue)
