from __future__ import annotations

from collections.abc import Iterator

import pytest

from companion.dialogue.window import estimate_tokens
from infra.llm import Endpoint, TgiModel
from infra.llm.egress import open_door
from infra.llm.tokens import REST, Tokens, Window
from tests.fakes.model_server import Flavour, ModelServer, pieces_of

TEXT = "昨晚又没睡着，3 a.m. and still awake"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=[Flavour.TGI, Flavour.VLLM, Flavour.LLAMA_CPP])
def server(request: pytest.FixtureRequest) -> Iterator[ModelServer]:
    with ModelServer(flavour=request.param, window=2048) as running:
        yield running


def tokens_of(server: ModelServer, clock: Clock | None = None) -> Tokens:
    open_door(server.url)
    return Tokens(server.url, key="-", context=1000, clock=clock or Clock())


def test_texts_are_counted_as_the_server_counts(server: ModelServer) -> None:
    assert tokens_of(server).count(TEXT) == len(pieces_of(TEXT))


def test_the_window_is_the_servers(server: ModelServer) -> None:
    window = tokens_of(server).window

    assert window.total == 2048
    assert window.prompt == (1536 if server.flavour is Flavour.TGI else 2048)


def test_a_prompt_leaves_room_for_the_answer(server: ModelServer) -> None:
    model = TgiModel(Endpoint(root=server.url, answer_tokens=600))

    assert model.prompt_tokens == min(2048 - 600, 1536 if server.flavour is Flavour.TGI else 2048)


def test_a_text_is_counted_once(server: ModelServer) -> None:
    tokens = tokens_of(server)

    for _ in range(3):
        tokens.count(TEXT)

    assert server.counted == [TEXT]


def test_the_way_that_worked_is_remembered(server: ModelServer) -> None:
    tokens = tokens_of(server)
    tokens.count("一")
    asked = len(server.asked)

    tokens.count("二")

    assert len(server.asked) == asked + 1


def test_an_answer_never_takes_more_than_half_a_small_window() -> None:
    with ModelServer(flavour=Flavour.VLLM, window=400) as server:
        assert TgiModel(Endpoint(root=server.url, answer_tokens=320)).prompt_tokens == 200


def test_a_server_that_tells_nothing_is_guessed_carefully() -> None:
    with ModelServer(flavour=Flavour.PLAIN) as server:
        tokens = tokens_of(server)

        assert tokens.count(TEXT) == estimate_tokens(TEXT)
        assert tokens.window == Window(prompt=1000, total=1000)


def test_a_server_that_is_away_is_asked_again_later() -> None:
    clock = Clock()
    with ModelServer(flavour=Flavour.PLAIN, window=2048) as server:
        tokens = tokens_of(server, clock)
        assert (tokens.count(TEXT), tokens.window.total) == (estimate_tokens(TEXT), 1000)
        server.flavour = Flavour.VLLM

        assert (tokens.count(TEXT), tokens.window.total) == (estimate_tokens(TEXT), 1000)
        clock.now += REST
        assert (tokens.count(TEXT), tokens.window.total) == (len(pieces_of(TEXT)), 2048)


def test_a_slow_tokenizer_does_not_hold_a_reply_up() -> None:
    with ModelServer() as server:
        server.side_delay = 5
        tokens = tokens_of(server)

        counted = [tokens.count(f"{TEXT}{number}") for number in range(20)]
        window = tokens.window

        assert counted == [estimate_tokens(f"{TEXT}{number}") for number in range(20)]
        assert window.total == 1000
        # One question about a text and one about the window; then it is left alone.
        assert len(server.asked) <= 2


def test_nothing_has_no_tokens_and_costs_no_question() -> None:
    with ModelServer() as server:
        assert tokens_of(server).count("") == 0
        assert server.asked == []


def test_a_server_with_several_names_is_asked_for_its_own() -> None:
    with ModelServer(flavour=Flavour.VLLM) as server:
        assert tokens_of(server).model == "fake/model"
