"""What is said when every written line of a very long talk is used up."""

from __future__ import annotations

from itertools import product

from companion.dialogue.guided.book import book
from companion.dialogue.guided.draft import Draft
from companion.dialogue.guided.lines import line

_COUNT = {
    "zh": "这是我们聊的第{n}句了，我还在听。",
    "en": "That makes {n} messages between us, and I am still listening.",
}


def last_resort(draft: Draft) -> None:
    """Add a sentence put together from small parts; there are thousands, and then a count."""
    common = book().common[draft.talk.language]
    parts = [[each.text for each in common[f"reserve.{name}"]] for name in ("one", "two", "three")]
    made = ["".join(words) for words in product(*parts)]
    start = draft.talk.seed % len(made)
    if any(draft.say([line(each, "reserve:made")]) for each in made[start:] + made[:start]):
        return
    draft.say_anyway(_COUNT[draft.talk.language].format(n=len(draft.talk.said) + 1))
