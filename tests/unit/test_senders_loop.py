"""The one event-loop thread behind the senders."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.senders.loop import LoopThread


@pytest.fixture
def loop():
    thread = LoopThread()
    yield thread
    thread.close()


async def name_of_thread():
    return threading.current_thread().name


def test_many_threads_share_one_loop(loop):
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: loop.run(name_of_thread(), timeout=5), range(16)))

    assert names == {"senders"}


def test_an_error_comes_out_where_it_was_asked_for(loop):
    async def fails():
        raise LookupError("here")

    with pytest.raises(LookupError, match="here"):
        loop.run(fails(), timeout=5)


def test_what_takes_too_long_is_ended(loop):
    ended = threading.Event()

    async def for_ever():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        loop.run(for_ever(), timeout=0.01)

    assert ended.wait(5)


def test_closing_ends_what_still_runs(loop):
    started = threading.Event()

    async def for_ever():
        started.set()
        await asyncio.Event().wait()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(loop.run, for_ever(), timeout=30)
        assert started.wait(5)

        loop.close()
        loop.close()

        with pytest.raises(TimeoutError):
            waiting.result(5)
