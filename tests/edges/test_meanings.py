"""The embedding server on the wire: what it is asked, what is believed, who waits for it."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infra.llm.meanings import EmbeddedMeanings

PASSAGES = {"sleep": "about sleep", "exam": "about exams"}
VECTORS = {"about sleep": [2.0, 0.0], "about exams": [0.0, 3.0], "awake": [1.0, 0.1]}


class _Server:
    def __init__(self):
        self.asked = []
        self.headers = []
        self.answer = lambda texts: [VECTORS[text] for text in texts]
        self.hangs = threading.Event()
        self.hangs.set()


@contextmanager
def embedding_server():
    server = _Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            inputs = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["inputs"]
            server.asked.append(inputs)
            server.headers.append(self.headers.get("Authorization"))
            server.hangs.wait(5)
            body = json.dumps(server.answer(inputs)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        server.hangs.set()
        http.shutdown()
        http.server_close()
        thread.join()


def test_nearness_is_the_cosine_and_fixed_texts_are_asked_for_once():
    with embedding_server() as server:
        meanings = EmbeddedMeanings(server.url, key="secret", seconds=5)

        near = meanings.near("awake", PASSAGES)
        meanings.near("awake", PASSAGES)

    assert near == {
        "sleep": pytest.approx(0.995, abs=1e-3),
        "exam": pytest.approx(0.0995, abs=1e-3),
    }
    assert server.asked == [["awake"], ["about sleep", "about exams"], ["awake"]]
    assert set(server.headers) == {"Bearer secret"}


@pytest.mark.parametrize(
    "nonsense",
    [
        {"error": "no"},
        [],
        [[]],
        [["x"]],
        [[None, 1.0]],
        [[0.0, 0.0]],
        [[1.0], [2.0, 3.0]],
        "words",
        3,
    ],
    ids=str,
)
def test_nonsense_is_silence_and_nobody_asks_again_at_once(nonsense):
    with embedding_server() as server:
        server.answer = lambda _: nonsense
        meanings = EmbeddedMeanings(server.url, seconds=5)

        assert meanings.near("awake", PASSAGES) is None
        assert meanings.near("awake", PASSAGES) is None
        assert len(server.asked) == 1


def test_a_server_that_hangs_is_not_waited_for():
    with embedding_server() as server:
        server.hangs.clear()

        assert EmbeddedMeanings(server.url, seconds=0.2).near("awake", PASSAGES) is None


def test_a_server_that_is_away_is_silence():
    with embedding_server() as server:
        url = server.url

    assert EmbeddedMeanings(url, seconds=1).near("awake", PASSAGES) is None
