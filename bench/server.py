"""The real web process with one route more, the yardstick: a handler that does nothing."""

from __future__ import annotations

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import make_app
from infra.logs import configure_logs
from infra.services import Role, build
from infra.settings import load_settings


async def empty(request: Request) -> Response:
    """Read the body, answer 200."""
    await request.body()
    return Response()


def main() -> None:
    """Serve on the configured port until it is stopped."""
    settings = load_settings()
    configure_logs("ERROR", process="bench-web")
    app = make_app(build(settings, role=Role(sends=True, is_urgent=True, answers=True)))
    app.router.routes.insert(0, Route("/empty", empty, methods=["POST"]))
    uvicorn.run(app, host=settings.host, port=settings.port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
