"""An exported folder behind HTTP, in the words of text-embeddings-inference's classifiers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.encoder.recogniser import Recogniser, open_recogniser
from lab.encoder.settings import Serving

MOST_TEXTS = 64  # a request; a larger one waits in the client, not in our memory
MOST_BYTES = 2_000_000
Scored = list[dict[str, Any]]


class Refused(Exception):
    """A request that cannot be answered."""

    def __init__(self, status: int, reason: str, kind: str = "validation") -> None:
        super().__init__(reason)
        self.status, self.kind = status, kind


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request wants to know."""

    texts: tuple[str, ...]
    batch: bool  #: Whether it came as a list, and gets one back.
    truncate: bool


def run(serving: Serving) -> None:
    """Serve until Ctrl-C; raises BadInput for a folder that `export` did not make."""
    recogniser = open_recogniser(serving.folder, threads=serving.threads)
    typer.echo(f"{recogniser.task} on http://{serving.host}:{serving.port}/predict")
    uvicorn.run(
        application(recogniser, serving.folder),
        host=serving.host,
        port=serving.port,
        log_level="warning",
        access_log=False,
    )


def application(recogniser: Recogniser, folder: Path) -> Starlette:
    """Return the ASGI application: POST /predict, GET /health, GET /info."""

    async def predict(request: Request) -> Response:
        asked = _asked(await _body(request))
        answers = await run_in_threadpool(answer, recogniser, asked)
        return JSONResponse(answers if asked.batch else answers[0])

    async def health(_request: Request) -> Response:
        return Response(status_code=200)

    async def info(_request: Request) -> Response:
        return JSONResponse(_info(recogniser, folder))

    return Starlette(
        routes=[
            Route("/predict", predict, methods=["POST"]),
            Route("/health", health, methods=["GET"]),
            Route("/info", info, methods=["GET"]),
        ],
        exception_handlers={Refused: _refuse},
    )


def answer(recogniser: Recogniser, asked: Asked) -> list[Scored]:
    """Return each text's labels with their scores, the highest first; raises Refused."""
    if not asked.truncate:
        _check_lengths(recogniser, asked.texts)
    return [
        [
            {"label": recogniser.labels[place], "score": float(scores[place])}
            for place in np.argsort(-scores, kind="stable")
        ]
        for scores in recogniser.scores(asked.texts)
    ]


def _check_lengths(recogniser: Recogniser, texts: Sequence[str]) -> None:
    longest = max(map(recogniser.length, texts))
    if longest > recogniser.max_length:
        raise Refused(
            413,
            f"a text has {longest} tokens, the model reads {recogniser.max_length}; "
            'send "truncate": true',
        )


async def _body(request: Request) -> object:
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > MOST_BYTES:
            raise Refused(413, f"the request is longer than {MOST_BYTES} bytes")
    try:
        return json.loads(read)
    except ValueError as wrong:
        raise Refused(422, "the body is not JSON") from wrong


def _asked(body: object) -> Asked:
    if not isinstance(body, dict) or "inputs" not in body:
        raise Refused(422, 'the body needs "inputs": a text, or a list like [["text"], ...]')
    truncate = body.get("truncate", False)
    if not isinstance(truncate, bool):
        raise Refused(422, '"truncate" must be true or false')
    inputs = body["inputs"]
    texts = (inputs,) if isinstance(inputs, str) else _batch(inputs)
    if any(not text.strip() for text in texts):
        raise Refused(422, "a text is empty")
    return Asked(texts=tuple(texts), batch=not isinstance(inputs, str), truncate=truncate)


def _batch(inputs: object) -> list[str]:
    if not isinstance(inputs, list) or not inputs:
        raise Refused(422, '"inputs" must be a text, or a list like [["text"], ...]')
    if len(inputs) > MOST_TEXTS:
        raise Refused(413, f"{len(inputs)} texts at once; send at most {MOST_TEXTS}")
    texts = [one[0] if isinstance(one, list) and len(one) == 1 else one for one in inputs]
    if not all(isinstance(one, list) for one in inputs) or not all(
        isinstance(text, str) for text in texts
    ):
        raise Refused(422, "each of a list's inputs is a list of one text; pairs are not known")
    return texts


def _refuse(_request: Request, error: Exception) -> Response:
    # The reason never holds the text itself.
    status = error.status if isinstance(error, Refused) else 500
    kind = error.kind if isinstance(error, Refused) else "backend"
    return JSONResponse({"error": str(error), "error_type": kind}, status_code=status)


def _info(recogniser: Recogniser, folder: Path) -> dict[str, Any]:
    names = {str(place): label for place, label in enumerate(recogniser.labels)}
    places = {label: place for place, label in enumerate(recogniser.labels)}
    return {
        "model_id": folder.name,
        "model_dtype": "onnx",
        "model_type": {"classifier": {"id2label": names, "label2id": places}},
        "max_input_length": recogniser.max_length,
        "max_client_batch_size": MOST_TEXTS,
        "task": recogniser.task,
        "kind": recogniser.kind,
    }
