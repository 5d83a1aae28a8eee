"""The server speaks text-embeddings-inference's words over real HTTP, and refuses what it cannot."""

from __future__ import annotations

import threading
import time

import httpx
import pytest
import uvicorn

from lab.encoder.recogniser import open_recogniser
from lab.encoder.serve import MOST_BYTES, MOST_TEXTS, application
from lab.encoder.tasks import TASKS, TaskName
from tests.encoder.small import DARK, FILLER

pytestmark = pytest.mark.encoder
LABELS = set(TASKS[TaskName.EMOTION].labels)


@pytest.fixture(scope="module")
def served(made):
    exported = made.exported
    config = uvicorn.Config(
        application(open_recogniser(exported.folder, threads=1), exported.folder),
        port=0,
        log_level="error",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client
    server.should_exit = True
    thread.join(20)


def test_a_text_gets_its_labels_the_likeliest_first(served):
    said = served.post("/predict", json={"inputs": " ".join([*DARK[:4], *FILLER[:2]])}).json()

    assert {one["label"] for one in said} == LABELS
    assert said[0]["label"] == "fear"
    scores = [one["score"] for one in said]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_list_gets_a_list_in_the_same_order(served):
    texts = ["goodbye gone dark", "lunch music football"]
    said = served.post("/predict", json={"inputs": [[one] for one in texts]}).json()

    alone = [served.post("/predict", json={"inputs": one}).json() for one in texts]
    assert [one[0]["label"] for one in said] == [one[0]["label"] for one in alone]
    for together, single in zip(said, alone, strict=True):
        assert together[0]["score"] == pytest.approx(single[0]["score"], abs=1e-4)


def test_it_is_healthy_and_tells_what_it_is(served):
    assert served.get("/health").status_code == 200
    told = served.get("/info").json()
    assert set(told["model_type"]["classifier"]["label2id"]) == LABELS
    assert (told["task"], told["kind"], told["max_input_length"]) == ("emotion", "multi", 64)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({}, 422, 'needs "inputs"'),
        (["x"], 422, 'needs "inputs"'),
        ({"inputs": ""}, 422, "a text is empty"),
        ({"inputs": 7}, 422, '"inputs" must be a text'),
        ({"inputs": []}, 422, '"inputs" must be a text'),
        ({"inputs": ["a", "b"]}, 422, "pairs are not known"),
        ({"inputs": [["a", "b"]]}, 422, "pairs are not known"),
        ({"inputs": [[7]]}, 422, "pairs are not known"),
        ({"inputs": "x", "truncate": "yes"}, 422, '"truncate" must be'),
        ({"inputs": "dark " * 100}, 413, "the model reads 64"),
        ({"inputs": [["x"]] * (MOST_TEXTS + 1)}, 413, "at most"),
    ],
)
def test_what_it_cannot_answer_is_refused_with_a_reason(served, body, status, reason):
    answer = served.post("/predict", json=body)

    assert answer.status_code == status
    assert reason in answer.json()["error"]
    assert answer.json()["error_type"] == "validation"


def test_a_long_text_is_cut_off_where_that_is_allowed(served):
    answer = served.post("/predict", json={"inputs": "dark " * 100, "truncate": True})

    assert answer.json()[0]["label"] == "fear"


@pytest.mark.parametrize(
    ("content", "status"), [(b"{", 422), (b"\xff", 422), (b"x" * (MOST_BYTES + 1), 413)]
)
def test_a_body_that_is_no_json_or_too_large_is_refused(served, content, status):
    answer = served.post("/predict", content=content)

    assert answer.status_code == status
    assert answer.json()["error"]
