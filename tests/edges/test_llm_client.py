"""The model client against a server that behaves, and misbehaves, as real ones do."""

from __future__ import annotations

import asyncio
import gc
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import httpcore2
import httpx2
import pytest
from huggingface_hub import InferenceClient, close_session, get_async_session, get_session

from companion.errors import (
    ModelBroken,
    ModelOverloaded,
    ModelTimeout,
    ModelUnavailable,
    NuanyuError,
    PromptTooLong,
)
from companion.ports import ChatLine, ChatRole
from infra.llm import Endpoint, TgiModel, build_model
from infra.llm.egress import EgressDenied
from infra.llm.failures import AnswerCut
from infra.settings import Settings
from tests.fakes.model_server import DEFAULT_ANSWER, Fault, ModelServer

SECRET = "我只告诉你一个人的事"
PROMPT = (
    ChatLine(ChatRole.SYSTEM, "你是暖语。"),
    ChatLine(ChatRole.USER, SECRET),
)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(key="right-key") as running:
        yield running


def a_model(server: ModelServer, **more: object) -> TgiModel:
    endpoint = Endpoint(root=server.url, key="right-key", first_token_timeout=10, timeout=20)
    return TgiModel(replace(endpoint, **more))


def hear(model: TgiModel) -> str:
    return "".join(model.stream(PROMPT))


# ---------------------------------------------------------------- a good answer


def test_an_answer_arrives_in_pieces(server: ModelServer) -> None:
    pieces = list(a_model(server).stream(PROMPT))

    assert "".join(pieces) == DEFAULT_ANSWER
    assert len(pieces) > 5


def test_the_server_gets_the_talk_and_the_limits(server: ModelServer) -> None:
    hear(a_model(server, model="our-model", answer_tokens=99))

    body = server.calls[0].body
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["model"] == "our-model"
    assert body["stream"] is True
    assert body["max_tokens"] == 99
    assert len(body["stop"]) <= 4  # TGI refuses a fifth


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_every_way_of_writing_the_address_works(server: ModelServer, path: str) -> None:
    settings = Settings(_env_file=None, llm_url=server.url + path, llm_key="right-key")

    model = build_model(settings)

    assert model is not None
    assert "".join(model.stream(PROMPT)) == DEFAULT_ANSWER


def test_no_address_is_no_model() -> None:
    assert build_model(Settings(_env_file=None)) is None


def test_thoughts_of_a_reasoning_model_are_not_the_answer(server: ModelServer) -> None:
    server.answers("<think>\n学生很累。\n</think>\n\n听起来很累。")

    assert hear(a_model(server)) == "听起来很累。"


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.OVERLOADED, ModelOverloaded),
        (Fault.OVERLOADED_EVENT, ModelOverloaded),
        (Fault.TOO_LONG, PromptTooLong),
        (Fault.TOO_LONG_VLLM, PromptTooLong),
        (Fault.TOO_LONG_LLAMA_CPP, PromptTooLong),
        (Fault.BAD_REQUEST, ModelUnavailable),
        (Fault.GENERATION, ModelBroken),
        (Fault.CRASHED, ModelBroken),
        (Fault.AWAY, ModelUnavailable),
        (Fault.CUT, ModelBroken),
        (Fault.ERROR_EVENT, ModelBroken),
        (Fault.EMPTY, ModelBroken),
        (Fault.GARBAGE, ModelBroken),
        (Fault.BAD_JSON, ModelBroken),
        (Fault.REDIRECT, ModelBroken),
        (Fault.TOO_MANY_WORDS, AnswerCut),
    ],
)
def test_each_failure_has_its_name(
    server: ModelServer, fault: Fault, error: type[NuanyuError]
) -> None:
    server.fails(fault)

    with pytest.raises(error) as raised:
        hear(a_model(server))

    assert type(raised.value) is error


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.ERROR_EVENT, Fault.TOO_MANY_WORDS])
def test_what_was_said_before_a_break_has_been_given(server: ModelServer, fault: Fault) -> None:
    server.fails(fault)
    heard: list[str] = []

    with pytest.raises(ModelBroken):
        heard.extend(piece for piece in _each(a_model(server), heard))

    assert DEFAULT_ANSWER.startswith("".join(heard))
    assert heard


def _each(model: TgiModel, heard: list[str]) -> Iterator[str]:
    for piece in model.stream(PROMPT):
        heard.append(piece)
        yield from ()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    model = TgiModel(Endpoint(root="http://127.0.0.1:9"))

    with pytest.raises(ModelUnavailable):
        hear(model)


def test_a_wrong_key_is_unavailable(server: ModelServer) -> None:
    with pytest.raises(ModelUnavailable):
        hear(a_model(server, key="wrong-key"))


def test_after_every_failure_the_next_answer_is_good(server: ModelServer) -> None:
    server.fails(Fault.CUT, Fault.CRASHED, Fault.BAD_JSON, None)
    model = a_model(server)

    for _ in range(3):
        with pytest.raises(ModelUnavailable):
            hear(model)

    assert hear(model) == DEFAULT_ANSWER


@pytest.mark.parametrize("fault", sorted(set(Fault) - {Fault.ENDLESS}))
def test_no_error_carries_words_of_the_student_or_the_answer(
    server: ModelServer, fault: Fault
) -> None:
    server.fails(fault, text=f"{SECRET}，我听到了。" * 3)

    with pytest.raises(ModelUnavailable) as raised:
        hear(a_model(server, first_token_timeout=0.2, timeout=0.4))

    assert SECRET not in "".join(traceback.format_exception(raised.value))


# ---------------------------------------------------------------- deadlines of our own


@pytest.mark.parametrize("fault", [Fault.HANG_FIRST, Fault.HANG_AFTER_ROLE, Fault.TRICKLE])
def test_a_server_without_a_word_is_given_up_after_the_first_deadline(
    server: ModelServer, fault: Fault
) -> None:
    """The library's timeout is the gap between bytes: a comment line a second would do."""
    server.fails(fault)

    with pytest.raises(ModelTimeout):
        hear(a_model(server, first_token_timeout=0.2, timeout=600))


@pytest.mark.parametrize("fault", [Fault.HANG_MIDDLE, Fault.ENDLESS])
def test_an_answer_that_does_not_end_is_given_up_after_the_whole_deadline(
    server: ModelServer, fault: Fault
) -> None:
    server.fails(fault)
    heard: list[str] = []

    with pytest.raises(ModelTimeout):
        heard.extend(_each(a_model(server, timeout=2), heard))

    assert heard


@pytest.mark.parametrize("fault", [Fault.HANG_FIRST, Fault.HANG_MIDDLE, Fault.TRICKLE])
def test_a_server_we_gave_up_on_is_told_so(server: ModelServer, fault: Fault) -> None:
    server.fails(fault)

    with pytest.raises(ModelTimeout):
        hear(a_model(server, first_token_timeout=1, timeout=1.5))

    assert server.calls[0].disconnected.wait(10)


def test_a_cancelled_reply_frees_the_server_at_once(server: ModelServer) -> None:
    server.fails(Fault.ENDLESS)
    stream = a_model(server).stream(PROMPT)

    next(stream)
    stream.close()

    assert server.calls[0].disconnected.wait(10)


# ---------------------------------------------------------------- nothing leaves for elsewhere


@pytest.mark.parametrize(
    "url",
    [
        "https://router.huggingface.co/v1/chat/completions",
        "https://huggingface.co/api/models",
        "http://127.0.0.1:10/",
        "http://localhost/",
    ],
)
def test_the_library_cannot_reach_any_other_server(server: ModelServer, url: str) -> None:
    a_model(server)

    with pytest.raises(EgressDenied):
        get_session().get(url)


async def _ask_async(url: str) -> None:
    async with get_async_session() as session:
        await session.get(url)


def test_the_librarys_async_side_cannot_either(server: ModelServer) -> None:
    a_model(server)

    with pytest.raises(EgressDenied):
        asyncio.run(_ask_async("https://router.huggingface.co/"))


def test_a_lost_address_or_text_generation_does_not_reach_the_public_service(
    server: ModelServer,
) -> None:
    """Without a base address the library would send the words to its public service."""
    a_model(server)

    with pytest.raises(httpx2.ConnectError):
        InferenceClient(provider="hf-inference", api_key="hf_made_up").chat_completion(
            [{"role": "user", "content": SECRET}], model="some/model"
        )
    with pytest.raises(httpx2.ConnectError):
        InferenceClient(base_url=server.url, api_key="-").text_generation(
            SECRET, model="https://api-inference.huggingface.co/models/some"
        )


def test_a_redirect_to_another_server_is_not_followed(server: ModelServer) -> None:
    with ModelServer() as elsewhere:
        server.redirect_to = f"{elsewhere.url}/v1/chat/completions"
        server.fails(Fault.REDIRECT)

        with pytest.raises(ModelUnavailable):
            hear(a_model(server))

        assert elsewhere.calls == []


def test_a_saved_token_of_the_machine_is_not_sent(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_somebodys_own_token")
    with ModelServer() as keyless:
        hear(TgiModel(Endpoint(root=keyless.url)))

        assert keyless.calls[0].headers["Authorization"] == "Bearer -"


def test_the_librarys_offline_switch_does_not_cut_off_our_own_server(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    assert hear(a_model(server)) == DEFAULT_ANSWER


def test_a_proxy_in_the_environment_does_not_get_the_words(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        model = a_model(server)
        close_session()  # so that the next client is made in this environment

        assert hear(model) == DEFAULT_ANSWER
        assert proxy.calls == proxy.asked == []


# ---------------------------------------------------------------- many at once, and for long


def test_a_hundred_students_are_answered_at_the_same_time(server: ModelServer) -> None:
    """The library's own pool ends at a hundred connections, one for each stream."""
    students = 120
    model = a_model(server)
    together = threading.Barrier(students, timeout=60)

    def listen(_: int) -> str:
        with closing(model.stream(PROMPT)) as pieces:
            first = next(pieces)
            together.wait()  # nobody goes on before everybody has begun
            return first + "".join(pieces)

    with ThreadPoolExecutor(students) as pool:
        answers = list(pool.map(listen, range(students)))

    assert answers == [DEFAULT_ANSWER] * students


def test_nothing_is_left_of_a_stream_when_it_is_over(server: ModelServer) -> None:
    """A long-lived client keeps a callback and a connection for every stream it ever opened."""
    server.fails(None, Fault.CUT, None)
    model = a_model(server)
    hear(model)
    before = _leftovers()

    for number in range(300):
        stream = model.stream(PROMPT)
        try:
            next(stream)
            if number % 2:
                "".join(stream)
        except ModelUnavailable:
            continue
        finally:
            stream.close()

    assert _leftovers() <= before


def _leftovers() -> int:
    gc.collect()
    kinds = (InferenceClient, httpcore2.HTTPConnection, httpx2.Response)
    return sum(isinstance(thing, kinds) for thing in gc.get_objects())
