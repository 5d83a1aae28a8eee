"""What is said to Nuanyu itself, and what is hardly said at all."""

from __future__ import annotations

import re

from companion.dialogue.guided.asking import CHOOSE, LATE, ask
from companion.dialogue.guided.book import Act, book
from companion.dialogue.guided.draft import Draft
from companion.dialogue.guided.exercise import offer
from companion.dialogue.guided.hearing import Answer, signs
from companion.dialogue.guided.lines import Pool
from companion.dialogue.guided.talk import Talk
from companion.dialogue.talk_language import is_other_language

_ROWS = re.compile(r"[asdfghjkl;]{6,}|[qwertyuiop]{7,}|[zxcvbnm]{6,}")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}")
_SAD_EMOJI = frozenset("😭😢😞😔😣😖😩😫💔🥺😿☹🙁😥😰😓🥲😪")
_DOTS = frozenset(".。…·⋯-—~～,，、 \n")
#: Letters that are too few to tell, and different letters that real words have.
_FEW, _VARIED = 4, 3
#: Own replies for which a talk stays extra gentle after crisis words.
_TENDER = 3


def answer_crisis(draft: Draft) -> bool:
    """Stay and ask about safety when crisis words got this far, and for a while after."""
    talk = draft.talk
    for name in ("thirdparty", "crisis", "passive"):
        if name in talk.heard.acts:
            return _say(draft, name)
    if talk.last_tag("act") == "passive" and talk.heard.answer in {
        Answer.YES,
        Answer.DUNNO,
        Answer.ACK,
    }:
        return _say(draft, "crisis")
    if talk.last_tag("act") == "passive" and talk.heard.answer is Answer.NO:
        return draft.say(_common(draft, "no.safety"))
    return was_in_crisis(talk) and draft.say(_common(draft, "frames.tender"))


def was_in_crisis(talk: Talk) -> bool:
    """Whether one of the last few things the student said held crisis words."""
    return any("act:crisis" in signs(text) for text in talk.earlier[-_TENDER:])


def answer_wordless(draft: Draft) -> bool:
    """Answer emptiness, dots, emoji, keyboard mash and languages that Nuanyu does not speak."""
    kind = _wordless(draft.talk.heard.text)
    if kind is None:
        return False
    is_said = draft.say(_common(draft, f"silence.{kind}"))
    if is_said and kind != "other" and draft.talk.topic and draft.talk.seed % 2:
        ask(draft)
    return bool(draft.text)


def answer_act(draft: Draft) -> bool:
    """Answer what is said to Nuanyu itself, then go back to the talk where that is fitting."""
    for act in book().acts:
        if act.id in draft.talk.heard.acts and _say(draft, act.id):
            _return(draft, act)
            return True
    return False


def _return(draft: Draft, act: Act) -> None:
    if not act.returns or draft.asks:
        return
    if act.id != "advice":
        ask(draft)
    elif not offer(draft, asked=True):
        ask(draft, first=CHOOSE + LATE)


def _say(draft: Draft, name: str) -> bool:
    act = next(act for act in book().acts if act.id == name)
    return draft.say(act.say[draft.talk.language])


def _common(draft: Draft, name: str) -> Pool:
    return book().common[draft.talk.language].get(name, ())


def _wordless(text: str) -> str | None:
    if is_other_language(text):
        return "other"
    if not text:
        return "empty"
    letters = [c for c in text if c.isalnum()]
    if not letters:
        if set(text) & _SAD_EMOJI:
            return "sad"
        return "dots" if set(text) <= _DOTS else "signs"
    return "mash" if _is_mash(text, letters) else None


def _is_mash(text: str, letters: list[str]) -> bool:
    bare = text.lower()
    if len(letters) * 2 < len(bare.replace(" ", "")) and len(letters) < _FEW:
        return True
    if any("一" <= c <= "鿿" for c in bare):
        return False
    words = bare.split()
    odd = [w for w in words if _ROWS.search(w) or _CONSONANTS.search(w)]
    return len(odd) * 2 > len(words) or (len(letters) > _FEW and len(set(letters)) < _VARIED)
