"""Loading what a first message would otherwise have to wait for."""

from __future__ import annotations

from collections.abc import Sequence

from companion.dialogue.guided import respond
from companion.flows.assess import judge
from companion.language import Language
from companion.risk.screen import unusable_models
from companion.turns import Role, Turn

_GREETINGS = {Language.ZH: "你好", Language.EN: "hello"}


def warm() -> Sequence[str]:
    """Read rules, models and wordings of both languages. Safe to run twice; then it is quick.

    Returns what is wrong with the model files, for the process to say: without them messages are
    judged by phrases alone, on the careful side.
    """
    for language, greeting in _GREETINGS.items():
        judge(greeting, ())
        respond([Turn(Role.USER, greeting)], language=language)
    return unusable_models()
