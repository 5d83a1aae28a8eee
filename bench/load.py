"""A small HTTP client that keeps some connections busy and notes how long each answer took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


def fire(
    url: str, bodies: Callable[[int], bytes], *, headers: str, requests: int, connections: int
) -> Latencies:
    """POST so many bodies over so many connections; every answer must be 200."""
    return asyncio.run(_fire(url, bodies, headers, requests, connections))


async def _fire(
    url: str, bodies: Callable[[int], bytes], headers: str, requests: int, connections: int
) -> Latencies:
    target = urlsplit(url)
    numbers = iter(range(requests))
    seconds: list[float] = []
    begin = time.perf_counter()
    await asyncio.gather(
        *(
            _connection(target.hostname, target.port, target.path, numbers, bodies, headers, seconds)
            for _ in range(connections)
        )
    )
    return Latencies(seconds, time.perf_counter() - begin)


async def _connection(
    host: str | None,
    port: int | None,
    path: str,
    numbers: Iterator[int],
    bodies: Callable[[int], bytes],
    headers: str,
    seconds: list[float],
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    for number in numbers:
        body = bodies(number)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        begin = time.perf_counter()
        writer.write(head.encode() + body)
        status, length = 0, 0
        while (line := await reader.readline()) not in {b"\r\n", b""}:
            if line.startswith(b"HTTP/1.1"):
                status = int(line.split()[1])
            elif line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        await reader.readexactly(length)
        seconds.append(time.perf_counter() - begin)
        if status != 200:  # noqa: PLR2004 - the only good answer
            raise RuntimeError(f"answered {status}")
    writer.close()
    await writer.wait_closed()
