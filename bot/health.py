"""Whether this process lives, and whether the whole system is ready."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from companion.errors import StoreUnavailable
from companion.flows.watchdog import unnotified_cases
from companion.jobs import Queue
from infra.heartbeat import alive
from infra.metrics import Gauges
from infra.services import Parts
from infra.tally import Tally

#: Not there while a case should have reached staff and reached nobody (the watchdog).
STAFF_TOLD = "staff_told"
#: Processes without which messages are taken in but not answered.
PROCESSES = (*(f"worker-{queue}" for queue in Queue), "scheduler")


def health_routes(parts: Parts, tally: Tally) -> list[Route]:
    """Return /healthz, /readyz and /metrics."""
    registry = CollectorRegistry()
    gauges = Gauges(registry)
    registry.register(tally)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        state = await asyncio.to_thread(readiness, parts)
        is_ready = all(state.values())
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        missing = [name for name, well in state.items() if not well]
        return JSONResponse({"ready": is_ready, "missing": missing}, status_code=status)

    async def metrics(_: Request) -> Response:
        await asyncio.to_thread(gauges.read, parts)
        page = await asyncio.to_thread(generate_latest, registry)
        return Response(page, media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    ]


def readiness(parts: Parts) -> dict[str, bool]:
    """Return each part and whether it is there, and whether staff were told of every case."""
    state = {"database": True, STAFF_TOLD: True}
    try:
        unnotified = unnotified_cases(store=parts.store, now=parts.services.clock.now())
        state[STAFF_TOLD] = unnotified == 0
    except StoreUnavailable:
        state["database"] = False
    processes = alive(parts.redis_url, PROCESSES)
    return {**state, "redis": processes is not None, **(processes or {})}
