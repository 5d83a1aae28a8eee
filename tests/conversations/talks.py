"""The talks of the test data, and what the guided engine answers in them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from companion.dialogue.guided import GuidedReply, respond
from companion.language import Language
from companion.turns import Role, Turn

_FOLDER = Path(__file__).parent / "dialogues"


@dataclass(frozen=True, slots=True)
class Talk:
    """One talk: what the student says in turn, and what must be heard."""

    title: str
    language: Language
    says: tuple[str, ...]
    topics: tuple[str | None, ...]
    mentions: tuple[str, ...]
    #: Good news, or a wish not to be questioned: own words need not come back.
    plain: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """One line of the student and the answer to it."""

    says: str
    topic: str | None
    reply: GuidedReply


def talks(language: Language) -> list[Talk]:
    """Return the talks written for one language."""
    table = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return [
        Talk(
            title=talk["title"],
            language=language,
            says=tuple(says for says, _ in talk["turns"]),
            topics=tuple(topic or None for _, topic in talk["turns"]),
            mentions=tuple(talk["mentions"]),
            plain=talk.get("plain", False),
        )
        for talk in table["talk"]
    ]


@cache
def carry_out(talk: Talk) -> list[Exchange]:
    """Let the guided engine answer a talk, line by line; once per talk and test run."""
    return answer(talk)


def answer(talk: Talk) -> list[Exchange]:
    """Let the guided engine answer a talk, line by line."""
    turns: list[Turn] = []
    exchanges = []
    for says, topic in zip(talk.says, talk.topics, strict=True):
        turns.append(Turn(Role.USER, says))
        reply = respond(turns, language=talk.language)
        turns.append(Turn(Role.ASSISTANT, reply.text))
        exchanges.append(Exchange(says, topic, reply))
    return exchanges


def sentences(text: str) -> list[str]:
    """Cut a reply into sentences and keep only their letters and digits.

    Written anew here, so that a mistake of the engine's own cutting shows.
    """
    parts = re.split(r"[。！？!?…\n]+|\.(?:\s|$)", unicodedata.normalize("NFKC", text))
    bare = ("".join(c for c in part.lower() if c.isalnum()) for part in parts)
    return [part for part in bare if part]
