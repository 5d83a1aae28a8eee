"""What the trained models make of a text in its talk, before the policy weighs it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from companion.language import Language
from companion.learned.encoder import Encoder
from companion.learned.files import Arrays, arrays
from companion.learned.ngrams import Ngrams
from companion.learned.reader import Readers
from companion.risk.findings import findings
from companion.risk.levels import Kind, Level, Subject
from companion.risk.normalise import count_cjk, views
from companion.risk.windows import Readings
from companion.turns import Role, Turn

#: The levels above none: the models say how likely a text is to reach each of them.
STEPS = (Level.WATCH, Level.MODERATE, Level.HIGH, Level.IMMINENT)
KINDS = tuple(Kind)
SUBJECTS = tuple(Subject)
#: Outputs of a reader, in this order: five levels, the kinds, the subjects.
OUTPUTS = len(Level) + len(KINDS) + len(SUBJECTS)

_LATIN = re.compile("[a-z]")
_LETTERS_PER_CHARACTER = 5  # a Chinese character says about as much as five letters
#: How much of the earlier talk is read: the student's last lines and the last question.
_LINES_BACK = 2
_LINE_LENGTH = {Language.ZH: 40, Language.EN: 120}  # characters
_LONGEST_QUESTION = {Language.ZH: 45, Language.EN: 130}  # characters
_YOU = re.compile(r"你|\byou\b", re.IGNORECASE)
_ME = {"你": "我", "you": "I"}
_AFTER_LINES, _AFTER_QUESTION = "‹", "›"
#: Where one turn ends and the next begins, for the encoder.
BREAKS = _AFTER_LINES + _AFTER_QUESTION
#: Languages with an encoder: for Chinese there is none whose licence lets it ship.
ENCODED = frozenset({Language.EN})
#: A longer text is read in parts of this many characters; the gravest part counts.
_PART = {Language.ZH: 140, Language.EN: 480}
_OVERLAP = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What the models say of one text."""

    language: Language
    #: The part of the text that counts, with the talk before it, as the models read it.
    text: str = field(repr=False)
    #: Log-odds of reaching each of STEPS, by the readers, the n-grams and, where it was asked, by
    #: the encoder.
    by_readers: NDArray[np.float32]
    by_ngrams: NDArray[np.float32]
    by_encoder: NDArray[np.float32] | None = None
    #: Log-odds of each of KINDS.
    kinds: NDArray[np.float32]
    #: Log-odds of each of SUBJECTS against the others.
    subjects: NDArray[np.float32]


def language_of(view: str) -> Language:
    """Return the language whose models read a text; a view is lower case and simplified."""
    characters = count_cjk(view)
    is_chinese = characters * _LETTERS_PER_CHARACTER >= max(1, len(_LATIN.findall(view)))
    return Language.ZH if is_chinese else Language.EN


def in_talk(view: str, history: Sequence[Turn], language: Language) -> str:
    """Return a view with the end of the talk before it, as the models were trained to read it."""
    return before(history, language) + view


def before(history: Sequence[Turn], language: Language) -> str:
    """Return the end of the talk as it is put before a text."""
    length = _LINE_LENGTH[language]
    own = [turn.text for turn in history if turn.role is Role.USER][-_LINES_BACK:]
    asked = [turn.text for turn in history[-1:] if turn.role is Role.ASSISTANT]
    # A question belongs to its answer. A card or a long reply is the companion's own words, and
    # so is one that names the danger itself: what answers mean there is the rules' to say.
    asked = [text for text in asked if _is_plain_question(text, language)]
    end = " ".join(_end(text, length) for text in own) + _AFTER_LINES if own else ""
    return end + (_end(asked[0], length) + _AFTER_QUESTION if asked else "")


def signals(read: Readings, history: Sequence[Turn]) -> Signals:
    """Return what the models say of a text given as its `windows.readings`.

    Raises ModelUnusableError when a model file is missing or damaged.
    """
    parts = [part for both in read for part in _parts(both[-1])]
    languages = [language_of(part) for part in parts]
    talk = {language: before(history, language) for language in set(languages)}
    said = [
        _signals_of(talk[language] + part, language)
        for part, language in zip(parts, languages, strict=True)
    ]
    return max(said, key=_gravity)


def looked_twice(said: Signals) -> Signals:
    """Return what is said once the encoder has read the text too; raises ModelUnusableError."""
    levels, kinds, subjects = _outputs(encoder(said.language).scores(said.text))
    return replace(
        said,
        by_encoder=stepwise(levels),
        kinds=np.float32(0.5) * (said.kinds + kinds),
        subjects=np.float32(0.5) * (said.subjects + subjects),
    )


def stepwise(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the log-odds of reaching each of STEPS, from the log-weights of all levels.

    Shape (..., levels) becomes (..., steps).
    """
    steps = [
        np.logaddexp.reduce(levels[..., step:], axis=-1)
        - np.logaddexp.reduce(levels[..., :step], axis=-1)
        for step in STEPS
    ]
    return np.stack(steps, axis=-1)


@cache
def models(language: Language) -> tuple[Readers, Ngrams]:
    """Return the readers and the n-grams of a language; raises ModelUnusableError."""
    file = stored(language)
    return Readers(file, language=language), Ngrams(file, language=language)


@cache
def encoder(language: Language) -> Encoder:
    """Return the encoder of a language in ENCODED; raises ModelUnusableError."""
    return Encoder(stored_encoder(language), breaks=BREAKS)


def stored(language: Language) -> Arrays:
    """Return the file of a language's quick models, their policy's numbers in it."""
    return arrays(f"risk_{language}")


def stored_encoder(language: Language) -> Arrays:
    """Return the file of a language's encoder, with the numbers of the policy that weighs it."""
    return arrays(f"encoder_{language}")


def _signals_of(text: str, language: Language) -> Signals:
    readers, ngrams = models(language)
    levels, kinds, subjects = _outputs(readers.scores(text))
    return Signals(
        language=language,
        text=text,
        by_readers=stepwise(levels),
        by_ngrams=ngrams.scores(text),
        kinds=kinds,
        subjects=subjects,
    )


def _outputs(scores: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return np.split(scores[:OUTPUTS], [len(Level), len(Level) + len(KINDS)])


def _gravity(said: Signals) -> float:
    return float(said.by_readers[1] + said.by_ngrams[1])


def _parts(view: str) -> list[str]:
    length = _PART[language_of(view)]
    starts = range(0, max(1, len(view) - _OVERLAP), length - _OVERLAP)
    return [view[start : start + length] for start in starts]


def _is_plain_question(text: str, language: Language) -> bool:
    if len(text) > _LONGEST_QUESTION[language]:
        return False
    as_if_own = _YOU.sub(lambda said: _ME[said[0].lower()], text)
    return all(finding.level < Level.MODERATE for finding in findings(as_if_own))


def _end(text: str, length: int) -> str:
    return views(text[-4 * length :])[-1][-length:]
