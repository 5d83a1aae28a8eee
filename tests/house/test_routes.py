"""Every address the web process answers is known to be public, or asks who is calling."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from bot.app import make_app
from infra.queue import make_celery
from infra.services import Parts
from infra.settings import Settings

NOWHERE = "redis://127.0.0.1:1/0"

#: Whoever can reach the server may call these; each line says why.
PUBLIC = {
    ("GET", "/"): "a page that leads on",
    ("GET", "/chat"): "the chat's page; what was said is loaded with a token",
    ("GET", "/static/{version}"): "the page's own files",
    ("POST", "/chat/sessions"): "opens a chat of one's own, shows nobody else's",
    ("GET", "/desk/signin"): "the form that staff sign in with",
    ("GET", "/protocol"): "the published crisis protocol; counts staff, names nobody",
    ("GET", "/healthz"): "whether the process lives",
    ("GET", "/readyz"): "names of missing parts, nothing about students",
    ("GET", "/metrics"): "counts without students; a campus keeps it behind its proxy",
    ("GET", "/docs"): "what the chat's interface is",
    ("GET", "/docs/oauth2-redirect"): "part of the documentation page",
    ("GET", "/openapi.json"): "the same for programs",
    ("GET", "/static-offline-docs"): "the documentation page's own files",
}
#: What a well-formed call without a token carries, where the body is looked at first.
BODIES = {("POST", "/chat/messages"): {"text": "你好", "client_id": "client-one"}}
REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


@pytest.fixture
def app(campus, tmp_path):
    settings = Settings(
        data_dir=tmp_path,
        _env_file=None,
        telegram_token="1:token",
        telegram_secret="a-secret-of-enough-letters",
        staff_telegram_token="2:token",
        staff_telegram_chat="-1001",
    )
    parts = Parts(
        settings=settings,
        campus=campus.campus,
        store=campus.store,
        celery=make_celery(NOWHERE),
        redis_url=NOWHERE,
        services=campus.services,
    )
    return make_app(parts)


def test_a_route_is_public_on_purpose_or_refuses_strangers(app):
    stranger = TestClient(app, raise_server_exceptions=False)
    guarded = [route for route in _routes(app.routes) if route not in PUBLIC]

    answers = {
        (method, path): stranger.request(method, path, json=BODIES.get((method, path))).status_code
        for method, path in guarded
    }

    assert len(guarded) > 4
    assert {("POST", "/telegram/webhook"), ("POST", "/telegram/staff")} <= set(guarded)
    assert {route: status for route, status in answers.items() if status not in REFUSED} == {}


def test_a_wrong_token_opens_no_more_than_none(app):
    liar = TestClient(
        app,
        raise_server_exceptions=False,
        headers={
            "Authorization": "Bearer wrong",
            "X-Telegram-Bot-Api-Secret-Token": "wrong",
        },
    )

    assert {
        (method, path): status
        for method, path in _routes(app.routes)
        if (method, path) not in PUBLIC
        and (status := liar.request(method, path, json=BODIES.get((method, path))).status_code)
        not in REFUSED
    } == {}


def test_the_list_of_public_routes_holds_nothing_that_is_gone(app):
    assert set(PUBLIC) - set(_routes(app.routes)) == set()


def _routes(routes: list[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path, those of mounted applications too."""
    for route in routes:
        if isinstance(route, Mount) and route.routes:
            yield from _routes(route.routes, prefix + route.path)
        elif isinstance(route, Mount):
            yield "GET", prefix + route.path
        elif isinstance(route, Route):
            for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
                yield method, prefix + route.path
        else:
            raise TypeError(f"a kind of route this test does not know: {route!r}")
