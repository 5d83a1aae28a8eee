"""The only door out to a model server: what is not on the list is not reached.

The inference library falls back to a public service when a base address gets lost, sends a
locally saved token along, follows redirects and obeys proxy variables. A student's words may
go to the configured model server and nowhere else, so both of its client factories are ours.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator

import httpcore2
import httpx2
from huggingface_hub import set_async_client_factory, set_client_factory

from infra.llm.deadline import DeadlineBackend

#: Streams that one process may hold at the same time; more wait for a free connection.
MOST_CONNECTIONS = 512

Origin = tuple[str, str, int | None]

_allowed: frozenset[Origin] = frozenset()
_installed = False
_lock = threading.Lock()


class EgressDenied(httpx2.ConnectError):
    """Refused before anything left: this address is not the configured model server."""


def open_door(url: str) -> None:
    """Allow one server (scheme, host and port) and close the door to all others."""
    global _allowed, _installed  # noqa: PLW0603 - the library's factories are global as well
    with _lock:
        _allowed |= {_origin(httpx2.URL(url))}
        if not _installed:
            set_client_factory(_make_client)
            set_async_client_factory(_make_async_client)
            _installed = True


def _origin(url: httpx2.URL) -> Origin:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host, port


def _check(request: httpx2.Request) -> None:
    if _origin(request.url) not in _allowed:
        raise EgressDenied("this address is not the configured model server")


class _Body(httpx2.SyncByteStream):
    """A response body; closing it early closes the connection, which frees the GPU."""

    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Transport(httpx2.BaseTransport):
    """Checks the address, keeps the deadline, shares connections and one TLS context."""

    def __init__(self) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=16,
            keepalive_expiry=5.0,  # seconds
            network_backend=DeadlineBackend(),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request. Raises EgressDenied, or an error of httpcore2."""
        _check(request)
        response = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _AsyncTransport(httpx2.AsyncBaseTransport):
    """The same check for the library's async clients, which nothing of ours uses."""

    def __init__(self) -> None:
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        _check(request)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _make_client() -> httpx2.Client:
    # trust_env=False: no proxy variable, no .netrc password.
    return httpx2.Client(
        transport=_Transport(), timeout=None, follow_redirects=False, trust_env=False
    )


def _make_async_client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=_AsyncTransport(), timeout=None, follow_redirects=False, trust_env=False
    )
