"""A model server that behaves like the real ones on the wire: TGI, vLLM or llama.cpp.

Runs in a thread with its own loop (`with ModelServer() as server:`) or as a process
(`python -m tests.fakes.model_server --port 8200 --first-ms 300 --rate 50`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from aiohttp import web

DEFAULT_ANSWER = "我听到了，这听起来不容易。你愿意多说一点吗？"
_TOKEN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]|\s?[A-Za-z]+|\s?\d|\s|.", re.DOTALL)


class Flavour(StrEnum):
    """Whose side routes are spoken."""

    TGI = "tgi"
    VLLM = "vllm"
    LLAMA_CPP = "llama_cpp"
    PLAIN = "plain"  #: Nothing but the chat route.


class Fault(StrEnum):
    """What goes wrong with one call."""

    OVERLOADED = "overloaded"  #: 429 as TGI says it.
    TOO_LONG = "too_long"  #: 422 as TGI says it.
    TOO_LONG_VLLM = "too_long_vllm"  #: 400 as vLLM says it.
    TOO_LONG_LLAMA_CPP = "too_long_llama_cpp"  #: 400 as llama.cpp says it.
    BAD_REQUEST = "bad_request"  #: 400 for another reason.
    GENERATION = "generation"  #: 424
    CRASHED = "crashed"  #: 500
    AWAY = "away"  #: 503
    HANG_FIRST = "hang_first"  #: Nothing at all, not even a status.
    HANG_AFTER_ROLE = "hang_after_role"  #: A role and then nothing.
    HANG_MIDDLE = "hang_middle"  #: Some words and then nothing.
    TRICKLE = "trickle"  #: A comment line every few milliseconds, never a word.
    CUT = "cut"  #: The connection breaks after some words.
    ERROR_EVENT = "error_event"  #: An error event after some words.
    OVERLOADED_EVENT = "overloaded_event"  #: An overload event instead of words.
    EMPTY = "empty"  #: A stream without words.
    GARBAGE = "garbage"  #: Bytes that are no events.
    BAD_JSON = "bad_json"  #: Events that are no JSON.
    REDIRECT = "redirect"  #: 307 to another server.
    ENDLESS = "endless"  #: Words without end.
    TOO_MANY_WORDS = "too_many_words"  #: The answer is cut at its longest length.


@dataclass(slots=True)
class Call:
    """One request to the chat route, as it came and as it went."""

    body: dict[str, Any]
    headers: dict[str, str]
    #: Set when the answer was sent whole, and when the client went away before.
    finished: threading.Event = field(default_factory=threading.Event)
    disconnected: threading.Event = field(default_factory=threading.Event)
    words_sent: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """How one call is answered."""

    text: str = DEFAULT_ANSWER
    fault: Fault | None = None


def pieces_of(text: str) -> list[str]:
    """Cut a text into something like tokens."""
    return _TOKEN.findall(text)


class ModelServer:
    """The server. Scripts are used up one per call, the last one stays."""

    def __init__(
        self,
        *,
        flavour: Flavour = Flavour.TGI,
        port: int = 0,
        key: str | None = None,
        first_delay: float = 0.0,  # seconds
        rate: float = 0.0,  # tokens a second; 0: as fast as it can
        window: int = 4096,
    ) -> None:
        self.flavour = flavour
        self.key = key
        self.first_delay = first_delay
        self.rate = rate
        self.window = window
        self.port = port
        #: What it fills into a JSON schema; None: it ignores the schema and talks.
        self.form: dict[str, Any] | None = None
        #: Whether a schema is taken at all; a TGI without grammar support refuses it.
        self.takes_schema = True
        self.redirect_to = "http://127.0.0.1:9/"
        self.keeps_records = True
        self.calls: list[Call] = []
        #: Paths of all other requests.
        self.asked: list[str] = []
        #: Texts that were to be counted.
        self.counted: list[str] = []
        self.open_streams = 0
        self.most_open_streams = 0
        #: Seconds that side routes take to answer.
        self.side_delay = 0.0
        self._scripts: deque[Script] = deque([Script()])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._stopping: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """The server's address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def answers(self, *texts: str) -> None:
        """Answer the next calls with these texts, and all later ones with the last."""
        self._scripts = deque(Script(text) for text in texts)

    def fails(self, *faults: Fault | None, text: str = DEFAULT_ANSWER) -> None:
        """Let the next calls fail like this; None is a good answer, and the last one stays."""
        self._scripts = deque(Script(text, fault) for fault in faults)

    def wait_for_open_streams(self, number: int, *, timeout: float = 20) -> bool:
        """Wait until so many answers are being written at the same time."""
        return _wait(lambda: self.open_streams >= number, timeout)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(20):
            raise RuntimeError("the model server did not start")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._stopping is not None
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self.serve())
        finally:
            self._loop.close()

    async def serve(self) -> None:
        """Serve until told to stop."""
        self._stopping = asyncio.Event()
        runner = web.AppRunner(
            self._app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/tokenize", self._tokenize)
        app.router.add_get("/info", self._info)
        app.router.add_get("/props", self._props)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/health", self._health)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": "unauthorized"}, status=401)
        if request.path != "/v1/chat/completions":
            self.asked.append(request.path)
            await asyncio.sleep(self.side_delay)
        response: web.StreamResponse = await handler(request)
        return response

    # ------------------------------------------------------------ side routes

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _info(self, _: web.Request) -> web.Response:
        if self.flavour is not Flavour.TGI:
            raise web.HTTPNotFound
        return web.json_response(
            {
                "model_id": "fake/model",
                "max_input_tokens": self.window - 512,
                "max_total_tokens": self.window,
                "max_concurrent_requests": 128,
            }
        )

    async def _models(self, _: web.Request) -> web.Response:
        if self.flavour is Flavour.PLAIN:
            raise web.HTTPNotFound
        model: dict[str, Any] = {"id": "fake/model", "object": "model"}
        if self.flavour is Flavour.VLLM:
            model["max_model_len"] = self.window
        return web.json_response({"object": "list", "data": [model]})

    async def _props(self, _: web.Request) -> web.Response:
        if self.flavour is not Flavour.LLAMA_CPP:
            raise web.HTTPNotFound
        return web.json_response({"default_generation_settings": {"n_ctx": self.window}})

    async def _tokenize(self, request: web.Request) -> web.Response:
        body = await request.json()
        key = {Flavour.TGI: "inputs", Flavour.VLLM: "prompt", Flavour.LLAMA_CPP: "content"}
        text = body.get(key.get(self.flavour, ""))
        if self.flavour is Flavour.PLAIN:
            raise web.HTTPNotFound
        if self.flavour is Flavour.LLAMA_CPP:
            # The real one answers an empty list to a question it does not know.
            return web.json_response({"tokens": list(range(len(self._counted(text or ""))))})
        if text is None:
            return web.json_response({"error": "missing field"}, status=422)
        tokens = self._counted(text)
        if self.flavour is Flavour.VLLM:
            return web.json_response(
                {"count": len(tokens), "max_model_len": self.window, "tokens": []}
            )
        return web.json_response(
            [{"id": number, "text": token} for number, token in enumerate(tokens)]
        )

    def _counted(self, text: str) -> list[str]:
        if text:
            self.counted.append(text)
        return pieces_of(text)

    # ------------------------------------------------------------ the chat route

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        call = Call(body, dict(request.headers))
        if self.keeps_records:
            self.calls.append(call)
        script = self._scripts.popleft() if len(self._scripts) > 1 else self._scripts[0]
        try:
            refusal = self._refusal(script.fault)
            if refusal is not None:
                return refusal
            if script.fault is Fault.HANG_FIRST:
                await self._hang()
            if not body.get("stream"):
                return self._form(request, body, script)
            self.open_streams += 1
            self.most_open_streams = max(self.most_open_streams, self.open_streams)
            try:
                return await self._stream(request, call, script)
            finally:
                self.open_streams -= 1
        except (asyncio.CancelledError, ConnectionError):
            call.disconnected.set()
            raise

    def _form(self, request: web.Request, body: dict[str, Any], script: Script) -> web.Response:
        """Answer in one piece; only here do real servers keep to a schema."""
        if script.fault is Fault.CUT:
            assert request.transport is not None
            request.transport.abort()
        if script.fault in _NONSENSE:
            return web.Response(body=_NONSENSE[script.fault], content_type="application/json")
        # TGI reads the schema from `value`, llama.cpp from `schema`.
        key = "value" if self.flavour is Flavour.TGI else "schema"
        schema = (body.get("response_format") or {}).get(key)
        if schema and not self.takes_schema:
            return web.json_response(
                {"error": "Grammar is not supported", "error_type": "validation"}, status=422
            )
        if schema and self.form is not None:
            filled = {name: self.form[name] for name in schema["properties"]}
            return web.json_response(_whole(json.dumps(filled)))
        return web.json_response(_whole("" if script.fault is Fault.EMPTY else script.text))

    def _refusal(self, fault: Fault | None) -> web.Response | None:
        if fault is Fault.REDIRECT:
            return web.Response(status=307, headers={"Location": self.redirect_to})
        if fault not in _REFUSALS:
            return None
        status, body = _REFUSALS[fault]
        return web.json_response(body, status=status)

    async def _hang(self) -> None:
        assert self._stopping is not None
        await self._stopping.wait()

    async def _stream(self, request: web.Request, call: Call, script: Script) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        await response.prepare(request)
        async for event in self._events(script, call):
            await response.write(event)
        if script.fault is Fault.CUT:
            assert request.transport is not None
            request.transport.abort()
            return response
        call.finished.set()
        await response.write_eof()
        return response

    async def _events(self, script: Script, call: Call) -> AsyncIterator[bytes]:
        fault = script.fault
        if fault in _NONSENSE:
            yield _NONSENSE[fault]
            return
        while fault is Fault.TRICKLE:
            yield b": keep-alive\n\n"
            await asyncio.sleep(0.01)
        await asyncio.sleep(self.first_delay)
        yield _chunk({"role": "assistant", "content": ""})
        if fault is Fault.HANG_AFTER_ROLE:
            await self._hang()
        if fault is not Fault.EMPTY:
            async for event in self._words(script, call):
                yield event
        if fault is Fault.CUT:
            return
        yield _chunk({}, finish="length" if fault is Fault.TOO_MANY_WORDS else "stop")
        yield _event({"object": "chat.completion.chunk", "choices": [], "usage": _USAGE})
        yield b"data: [DONE]\n\n"

    async def _words(self, script: Script, call: Call) -> AsyncIterator[bytes]:
        words = pieces_of(script.text)
        half = len(words) // 2
        pause = 1 / self.rate if self.rate else 0
        while True:
            for number, word in enumerate(words):
                if script.fault is Fault.HANG_MIDDLE and number == half:
                    await self._hang()
                if script.fault is Fault.ERROR_EVENT and number == half:
                    yield _event({"error": "Request failed", "error_type": "generation"})
                    return
                if script.fault is Fault.CUT and number == half:
                    return
                yield _chunk({"content": word})
                call.words_sent += 1
                await asyncio.sleep(pause)
            if script.fault is not Fault.ENDLESS:
                return


_USAGE = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
_REFUSALS: dict[Fault, tuple[int, dict[str, Any]]] = {
    Fault.OVERLOADED: (429, {"error": "Model is overloaded", "error_type": "overloaded"}),
    Fault.TOO_LONG: (
        422,
        {
            "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096",
            "error_type": "validation",
        },
    ),
    Fault.TOO_LONG_VLLM: (
        400,
        {"error": {"message": "This model's maximum context length is 4096 tokens", "code": 400}},
    ),
    Fault.TOO_LONG_LLAMA_CPP: (
        400,
        {
            "error": {
                "code": 400,
                "message": "the request exceeds the available context size",
                "type": "exceed_context_size_error",
            }
        },
    ),
    Fault.BAD_REQUEST: (400, {"error": "roles must alternate", "error_type": "template_error"}),
    Fault.GENERATION: (
        424,
        {"error": "Request failed during generation", "error_type": "generation"},
    ),
    Fault.CRASHED: (500, {"error": "incomplete generation", "error_type": "incomplete_generation"}),
    Fault.AWAY: (503, {"error": {"message": "Loading model", "type": "unavailable_error"}}),
}


_NONSENSE = {
    Fault.GARBAGE: b"\xff\xfe\x00garbage" * 50,
    Fault.BAD_JSON: b"data: {not json at all\n\n",
    Fault.OVERLOADED_EVENT: (
        b'data: {"error": "Model is overloaded", "error_type": "overloaded"}\n\n'
    ),
}


def _event(payload: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


def _chunk(delta: dict[str, Any], *, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return _event(
        {
            "object": "chat.completion.chunk",
            "id": "",
            "created": 0,
            "model": "fake/model",
            "system_fingerprint": "fake",
            "choices": [choice],
        }
    )


def _whole(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "object": "chat.completion",
        "id": "",
        "created": 0,
        "model": "fake/model",
        "system_fingerprint": "fake",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": _USAGE,
    }


def _wait(is_true: Callable[[], bool], timeout: float) -> bool:
    moment = threading.Event()
    for _ in range(int(timeout / 0.01)):
        if is_true():
            return True
        moment.wait(0.01)
    return is_true()


def main() -> None:
    """Run until interrupted; prints its address once it listens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--first-ms", type=float, default=0, help="until the first word")
    parser.add_argument("--rate", type=float, default=0, help="tokens a second; 0: no pause")
    parser.add_argument("--flavour", choices=list(Flavour), default=Flavour.TGI)
    parser.add_argument("--text", default=DEFAULT_ANSWER)
    options = parser.parse_args()
    server = ModelServer(
        port=options.port,
        flavour=Flavour(options.flavour),
        first_delay=options.first_ms / 1000,
        rate=options.rate,
    )
    server.keeps_records = False
    server.answers(options.text)
    with contextlib.suppress(KeyboardInterrupt), server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
