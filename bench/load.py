"""A small HTTP client that keeps some connections busy and notes how long each answer took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from statistics import median, quantiles
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Latencies:
    """What one load saw; times in seconds."""

    seconds: list[float]
    took: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.seconds)

    @property
    def p99(self) -> float:
        """Only one in a hundred took longer."""
        return p99(self.seconds)


def p99(seconds: list[float]) -> float:
    """Return the 99th percentile; the largest when there are too few."""
    return quantiles(seconds, n=100)[98] if len(seconds) > 1 else seconds[0]


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent, and where."""

    url: str
    #: The body of the n-th request.
    body: Callable[[int], bytes]
    #: Header lines, each ending in CR LF.
    headers: str
    requests: int
    connections: int


def fire(load: Load) -> Latencies:
    """POST all of it; every answer must be 200."""
    return asyncio.run(_fire(load))


async def _fire(load: Load) -> Latencies:
    numbers = iter(range(load.requests))
    seconds: list[float] = []
    begin = time.perf_counter()
    await asyncio.gather(*(_connection(load, numbers, seconds) for _ in range(load.connections)))
    return Latencies(seconds, time.perf_counter() - begin)


async def _connection(load: Load, numbers: Iterator[int], seconds: list[float]) -> None:
    target = urlsplit(load.url)
    reader, writer = await asyncio.open_connection(target.hostname, target.port)
    for number in numbers:
        body = load.body(number)
        head = (
            f"POST {target.path} HTTP/1.1\r\nHost: {target.hostname}\r\n{load.headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        begin = time.perf_counter()
        writer.write(head.encode() + body)
        status = await _answer(reader)
        seconds.append(time.perf_counter() - begin)
        if status != HTTPStatus.OK:
            raise RuntimeError(f"answered {status}")
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer whole and return its status."""
    status, length = 0, 0
    while (line := await reader.readline()) not in {b"\r\n", b""}:
        if line.startswith(b"HTTP/1.1"):
            status = int(line.split()[1])
        elif line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    await reader.readexactly(length)
    return status
