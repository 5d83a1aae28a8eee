"""Loading what a first message would otherwise have to wait for."""

from __future__ import annotations

from companion.dialogue.guided import respond
from companion.flows.assess import judge
from companion.language import Language
from companion.turns import Role, Turn

_GREETINGS = {Language.ZH: "你好", Language.EN: "hello"}


def warm() -> None:
    """Read the rules and the wordings of both languages. Safe to run twice; then it is quick."""
    for language, greeting in _GREETINGS.items():
        judge(greeting, ())
        respond([Turn(Role.USER, greeting)], language=language)
