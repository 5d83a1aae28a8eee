"""Saying where a reply has it from: the title of the article, and a button that opens it."""

from __future__ import annotations

from dataclasses import replace

from companion.dialogue.compose import Engine
from companion.dialogue.passages import drawn_on
from companion.dialogue.prompt import TalkContext
from companion.flows.learn import open_button
from companion.messages import OutboundKind
from companion.store import Draft
from companion.texts import say
from companion.turns import Role


def cite(draft: Draft, context: TalkContext, engine: Engine) -> Draft:
    """Return a reply of the model with what it drew on; any other draft as it is."""
    if engine is not Engine.LLM or draft.kind is not OutboundKind.REPLY:
        return draft
    said = "\n".join(turn.text for turn in context.turns if turn.role is Role.USER)
    used = drawn_on(draft.text, context.passages, said=said)
    if used is None:
        return draft
    text = draft.text
    if used.title.casefold() not in text.casefold():
        text += "\n\n" + say("learn.cited", context.language, title=used.title)
    button = open_button(used.id, used.title, language=context.language)
    return replace(draft, text=text, choices=(*draft.choices, button))
