"""The second readers on the wire: what leaves, what is believed, and how long anybody waits."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cli.doctor import Health, examine
from companion.risk import Kind, Level, Subject
from companion.risk.opinion import Opinion, Reason
from companion.turns import Role, Turn
from infra.llm import Endpoint
from infra.opinion import build_opinion, build_reader
from infra.opinion.bounded import FAILURES, MOST_AT_ONCE, REST, Bounded
from infra.opinion.endpoint import EndpointReader
from infra.opinion.llm import LlmReader
from infra.opinion.reader import NoOpinion
from infra.redaction import TalkMask
from infra.settings import Settings
from tests.fakes.model_server import Fault, Flavour, ModelServer

FORM = {"level": "high", "kinds": ["suicide"], "subject": "self", "reason": "plan"}
PLAN = Opinion(level=Level.HIGH, kinds=(Kind.SUICIDE,), subject=Subject.SELF, reason=Reason.PLAN)
HISTORY = [
    Turn(Role.USER, "我室友叫王小明，他的电话是13912345678"),
    Turn(Role.ASSISTANT, "听起来你们走得很近。"),
]
TEXT = "小明的猫也交给王小明了，写信到 wang.xm@example.com 就行"


def an_llm(server: ModelServer) -> LlmReader:
    return LlmReader(Endpoint(root=server.url), masks=TalkMask)


def silent(reader, *, seconds=20.0) -> str:
    with pytest.raises(NoOpinion) as silence:
        reader.read(TEXT, history=HISTORY, seconds=seconds)
    assert "小明" not in str(silence.value)
    return str(silence.value)


# ------------------------------------------------------------ the model server


@pytest.mark.parametrize("flavour", [Flavour.TGI, Flavour.LLAMA_CPP])
def test_a_server_that_keeps_to_a_schema_fills_in_the_form(flavour):
    with ModelServer(flavour=flavour) as server:
        server.form = FORM

        assert an_llm(server).read(TEXT, history=HISTORY, seconds=20) == PLAN


def test_a_server_that_ignores_the_schema_is_understood_when_it_fills_the_form_all_the_same():
    with ModelServer(flavour=Flavour.PLAIN) as server:
        server.answers(f"结果如下：\n```json\n{json.dumps(FORM)}\n```")

        assert an_llm(server).read(TEXT, history=(), seconds=20) == PLAN


def test_a_server_that_refuses_schemas_is_asked_without_one_from_then_on():
    with ModelServer() as server:
        server.takes_schema = False
        server.answers(json.dumps(FORM))
        reader = an_llm(server)

        assert [reader.read(TEXT, history=(), seconds=20) for _ in range(2)] == [PLAN, PLAN]
        assert ["response_format" in call.body for call in server.calls] == [True, False, False]


def test_half_an_emoji_is_no_obstacle():
    with ModelServer() as server:
        server.form = FORM

        assert an_llm(server).read("走了\ud83d", history=HISTORY, seconds=20) == PLAN


def test_names_and_numbers_never_leave():
    with ModelServer() as server:
        server.form = FORM
        an_llm(server).read(TEXT, history=HISTORY, seconds=20)

        sent = json.dumps(server.calls[0].body, ensure_ascii=False)
    assert "的猫也交给" in sent
    assert [word for word in ("王小明", "13912345678", "wang.xm") if word in sent] == []


def test_the_students_key_for_the_talk_goes_to_no_other_server():
    with ModelServer() as server:
        server.form = FORM
        settings = Settings(
            _env_file=None,
            llm_url="http://127.0.0.1:9/v1",
            llm_key="the-talks-key",
            llm_model="the-talks-model",
            opinion="llm",
            opinion_url=f"{server.url}/v1/",
            opinion_key="its-own-key",
        )

        assert build_opinion(settings, masks=TalkMask).read(TEXT, history=()) == PLAN
        call = server.calls[0]
    assert call.headers["Authorization"] == "Bearer its-own-key"
    assert call.body["model"] != "the-talks-model"


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault.OVERLOADED, Fault.TOO_LONG, Fault.BAD_REQUEST, Fault.GENERATION, Fault.CRASHED),
        *(Fault.AWAY, Fault.CUT, Fault.EMPTY, Fault.GARBAGE, Fault.BAD_JSON, Fault.REDIRECT),
    ],
)
def test_a_model_server_in_any_trouble_is_silence(fault):
    with ModelServer() as server:
        server.fails(fault, text=json.dumps(FORM))

        assert silent(an_llm(server))


def test_a_model_server_that_hangs_is_given_up_at_the_deadline():
    with ModelServer() as server:
        server.fails(Fault.HANG_FIRST)

        assert "deadline" in silent(an_llm(server), seconds=0.3)


def test_a_model_that_talks_instead_is_silence():
    with ModelServer() as server:
        assert silent(an_llm(server)) == "not of the form"


# ------------------------------------------------------------ the classifier


@contextmanager
def predicting(body: object = None, *, status: int = 200, hangs: bool = False) -> Iterator[object]:
    """Serve one answer to `POST /predict`, as text-embeddings-inference does."""
    asked, over = [], threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked.append((self.path, json.loads(self.rfile.read(length)), dict(self.headers)))
            if hangs:
                over.wait(20)
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.asked = asked
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        over.set()
        server.shutdown()
        thread.join(10)
        server.server_close()


def scored(**scores: object) -> list[dict[str, object]]:
    return [{"label": label, "score": score} for label, score in scores.items()]


WORRIED = scored(high=0.6, none=0.1, watch=0.1, moderate=0.1, imminent=0.1)


def a_classifier(server) -> EndpointReader:
    return EndpointReader(f"{server.url}/", key="its-key", masks=TalkMask)


def test_a_classifier_is_asked_as_text_embeddings_inference_wants_it():
    with predicting(WORRIED) as server:
        opinion = a_classifier(server).read(TEXT, history=HISTORY, seconds=20)

        (path, body, headers) = server.asked[0]
    assert opinion == Opinion(level=Level.HIGH)
    assert path == "/predict"
    assert body.keys() == {"inputs", "truncate"}
    assert body["truncate"] is True
    assert "wang.xm" not in body["inputs"]
    assert headers["Authorization"] == "Bearer its-key"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>busy</html>", id="a page"),
        pytest.param(b"[" * 100_000, id="lists without end"),
        pytest.param({"error": "no"}, id="an object"),
        pytest.param([WORRIED], id="a list in a list"),
        pytest.param([1, 2], id="numbers"),
        pytest.param(scored(LABEL_0=0.9, LABEL_1=0.1), id="other labels"),
        pytest.param([*WORRIED, *WORRIED], id="each twice"),
        pytest.param(WORRIED[:4], id="one is missing"),
        pytest.param([*WORRIED[:4], {"label": "imminent"}], id="a score is missing"),
        pytest.param([*WORRIED[:4], {"label": "imminent", "score": "0.1"}], id="a word"),
        pytest.param([*WORRIED[:4], {"label": "imminent", "score": True}], id="a truth"),
        pytest.param([*WORRIED[:4], {"label": "imminent", "score": float("nan")}], id="NaN"),
        pytest.param([*WORRIED[:4], {"label": "imminent", "score": 1e308}], id="far too much"),
    ],
)
def test_whatever_a_classifier_says_beside_five_scores_is_silence(body):
    with predicting(body) as server:
        assert silent(a_classifier(server))


@pytest.mark.parametrize("status", [302, 401, 413, 424, 429, 500, 503])
def test_a_classifier_that_refuses_is_silence(status):
    with predicting(WORRIED, status=status) as server:
        assert silent(a_classifier(server)) == f"status {status}"


def test_a_classifier_that_hangs_is_given_up_at_the_deadline():
    with predicting(WORRIED, hangs=True) as server:
        assert "deadline" in silent(a_classifier(server), seconds=0.3)


def test_a_classifier_that_is_not_there_is_silence():
    with predicting(WORRIED) as server:
        reader = a_classifier(server)

    assert silent(reader) == "no connection"


# ------------------------------------------------------------ it may not harm what it helps


class Reader:
    name = "slow"

    def __init__(self) -> None:
        self.asked = 0
        self.enough = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.fails = False

    def read(self, text, *, history, seconds):
        self.asked += 1
        if self.fails:
            raise NoOpinion("status 500")
        self.enough.release()
        self.go_on.wait(20)
        return PLAN


def test_only_a_few_threads_of_the_safety_worker_may_wait_for_it():
    inner = Reader()
    reader = Bounded(inner, seconds=1)
    threads = [
        threading.Thread(target=reader.read, args=("嗯",), kwargs={"history": ()})
        for _ in range(MOST_AT_ONCE)
    ]
    for thread in threads:
        thread.start()
        assert inner.enough.acquire(timeout=20)

    assert reader.read("嗯", history=()) is None

    inner.go_on.set()
    for thread in threads:
        thread.join(20)
    assert inner.asked == MOST_AT_ONCE
    assert reader.read("嗯", history=()) == PLAN


def test_one_that_keeps_failing_is_left_alone_for_a_while_and_asked_again():
    inner, now = Reader(), [0.0]
    inner.go_on.set()
    reader = Bounded(inner, seconds=1, clock=lambda: now[0])

    inner.fails = True
    assert [reader.read("嗯", history=()) for _ in range(FAILURES + 5)] == [None] * (FAILURES + 5)
    assert inner.asked == FAILURES
    now[0] += REST
    inner.fails = False

    assert reader.read("嗯", history=()) == PLAN


# ------------------------------------------------------------ the doctor


def found_by_doctor(settings: Settings):
    return {finding.what: finding for finding in examine(settings)}["opinion"]


def test_the_doctor_tries_the_second_reader(tmp_path):
    def looked_at(url: str):
        return found_by_doctor(
            Settings(_env_file=None, data_dir=tmp_path, opinion="endpoint", opinion_url=url)
        )

    with predicting(WORRIED) as server:
        assert looked_at(server.url).health is Health.WELL
    away = looked_at(server.url)
    with predicting(scored(LABEL_0=0.9, LABEL_1=0.1)) as server:
        wrong = looked_at(server.url)

    assert (away.health, "no connection" in away.detail) == (Health.ILL, True)
    assert (wrong.health, "wrong labels" in wrong.detail) == (Health.ILL, True)


def test_the_doctor_only_hints_that_it_is_off(tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path)

    assert found_by_doctor(settings).health is Health.HINT
    assert build_reader(settings, masks=TalkMask) is None
