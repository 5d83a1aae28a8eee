"""How long a text is in the backend's own tokens, and how long its window.

Asked lazily and with little patience: a reply waits at most about a second for this, then goes
on with careful estimates, and the server is asked again later.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from companion.dialogue.window import estimate_tokens
from infra.llm.facts import Facts, Window, ask_facts
from infra.llm.failures import WIRE_ERRORS
from infra.llm.wire import Wire

__all__ = ["Tokens", "Window"]

#: Seconds until a server that did not answer, or answered slowly, is asked again.
REST = 30.0
#: A server that takes longer than this to count a text (seconds) is not asked for a while.
SLOW = 0.25
MOST_REMEMBERED = 20_000


class Tokens:
    """Counts with the backend's tokenizer where it has one. Safe to share between threads."""

    def __init__(
        self, root: str, *, key: str, context: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._wire = Wire(root, key=key)
        self._default = Window(prompt=context, total=context)
        self._clock = clock
        self._lock = threading.Lock()
        self._facts: Facts | None = None
        self._facts_lock = threading.Lock()
        #: When the facts, and when counts, may be asked for again.
        self._facts_due = self._rests_until = float("-inf")
        #: The way of asking that worked last; None while unknown.
        self._way: Callable[[Wire, str], int] | None = None
        self._known: OrderedDict[bytes, int] = OrderedDict()

    @property
    def window(self) -> Window:
        """How many tokens fit."""
        facts = self._ask_facts()
        return facts.window if facts and facts.window else self._default

    @property
    def model(self) -> str | None:
        """The name of the first model the server lists, if it lists any."""
        facts = self._ask_facts()
        return facts.model if facts else None

    def count(self, text: str) -> int:
        """Count a text; a careful estimate where the backend cannot or does not tell."""
        if not text:
            return 0
        digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=16).digest()
        with self._lock:
            known = self._known.get(digest)
            if known is not None:
                self._known.move_to_end(digest)
                return known
        counted = self._ask(text)
        if counted is None:
            return estimate_tokens(text)
        with self._lock:
            self._known[digest] = counted
            if len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return counted

    def _ask(self, text: str) -> int | None:
        began = self._clock()
        if began < self._rests_until:
            return None
        ways = (self._way,) if self._way else _WAYS
        for way in ways:
            try:
                counted = way(self._wire, text)
            except _NotThisWay:
                continue
            except WIRE_ERRORS:
                break
            self._way = way
            if self._clock() - began > SLOW:
                self._rest()
            return counted
        self._way = None
        self._rest()
        return None

    def _ask_facts(self) -> Facts | None:
        if (self._facts and self._facts.window) or self._clock() < self._facts_due:
            return self._facts
        # One thread asks; the others go on with what is known meanwhile.
        if not self._facts_lock.acquire(blocking=False):
            return self._facts
        try:
            self._facts_due = self._clock() + REST
            self._facts = ask_facts(self._wire)
        except WIRE_ERRORS:
            pass  # Asked again when it is due; until then the settings' window holds.
        finally:
            self._facts_lock.release()
        return self._facts

    def _rest(self) -> None:
        self._rests_until = self._clock() + REST


class _NotThisWay(Exception):
    """The server does not count like that."""


def _count_as_tgi(wire: Wire, text: str) -> int:
    answer = wire.ask("/tokenize", {"inputs": text})
    if not isinstance(answer, list):
        raise _NotThisWay
    return len(answer)


def _count_as_vllm(wire: Wire, text: str) -> int:
    answer = wire.ask("/tokenize", {"prompt": text})
    if not isinstance(answer, dict) or not isinstance(answer.get("count"), int):
        raise _NotThisWay
    return int(answer["count"])


def _count_as_llama_cpp(wire: Wire, text: str) -> int:
    answer = wire.ask("/tokenize", {"content": text})
    # A server that does not know the key answers an empty list.
    if not isinstance(answer, dict) or not answer.get("tokens"):
        raise _NotThisWay
    return len(answer["tokens"])


_WAYS = (_count_as_tgi, _count_as_vllm, _count_as_llama_cpp)
