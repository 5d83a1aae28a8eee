"""Phone-like numbers in a generated sentence: only the registry's may be shown (law 5)."""

from __future__ import annotations

import re

# Digits with what people put between them. A date, a time, a price or a year is not one.
_RUN = re.compile(r"(?<![\w.])\+?\(?\d(?:[\d\s().·/\-\u2010-\u2015]*\d)?(?![\d%])", re.ASCII)
_DATE = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,2}日?)?"  # 2026-11-22
    r"|\d{1,2}[:：]\d{2}(?:\s*[-~\u2010-\u2015至到]\s*\d{1,2}[:：]\d{2})?"  # 22:30-23:00
    r"|(?:19|20)\d\d\s*[-\u2010-\u2015]\s*(?:19|20)?\d\d(?!\d)"  # 2025-2026
)
_SIGNS = "零〇一幺二两三四五六七八九"
_CHINESE_RUN = re.compile(rf"[{_SIGNS}](?:[\s\-、,，]?[{_SIGNS}]){{2,}}")
_CHINESE_DIGITS = str.maketrans(_SIGNS, "0011223456789")
_NAMES = ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WORD = f"(?:{'|'.join(_NAMES)})"
_WORD_RUN = re.compile(rf"\b{_WORD}(?:[\s,\-]+{_WORD}){{2,}}\b", re.IGNORECASE)
_WORDS = dict(zip(_NAMES, "00123456789", strict=True))

# A word that says: what follows is dialled, or written to.
_CUE = re.compile(
    r"(?:拨打|拨|致电|热线|电话|打电话|号码|来电|短信|微信|QQ|群号|联系方式"
    r"|\b(?:call|dial|text|ring|phone|hotline|helpline|line|number|lifeline|reach|WhatsApp)\b)"
    r"[^\d。！？!?]{0,14}$|打\s*$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s*(?:个|分|秒|次|元|块|步|天|小时|页|字|人|年|岁|公里|米|点|号(?:楼|线)?|级|%"
    r"|minutes?|hours?|times?|days?|weeks?|steps?|people|pages?|words?|dollars?|years?"
    r"|kilomet|miles?|seconds?)",
    re.IGNORECASE,
)

#: So many digits are a phone number with or without a word that says so.
_SURELY, _WITH_CUE = 7, 3


def has_foreign_number(text: str, *, known_numbers: frozenset[str]) -> bool:
    """Whether a text holds something to dial that is not in the registry (digits only there)."""
    text = _DATE.sub(lambda match: " " * len(match[0]), text)
    return any(
        _is_dialled(digits, text, match) and not _is_known(digits, known_numbers)
        for match, digits in _runs(text)
    )


def _runs(text: str) -> list[tuple[re.Match[str], str]]:
    runs = [(match, re.sub(r"\D", "", match[0])) for match in _RUN.finditer(text)]
    runs += [
        (match, re.sub(r"\D", "", match[0].translate(_CHINESE_DIGITS)))
        for match in _CHINESE_RUN.finditer(text)
    ]
    return runs + [(match, _spelled(match[0])) for match in _WORD_RUN.finditer(text)]


def _spelled(words: str) -> str:
    return "".join(_WORDS[word] for word in re.findall(_WORD, words.lower()))


def _is_dialled(digits: str, text: str, match: re.Match[str]) -> bool:
    if _UNIT.match(text, match.end()):
        return False
    if len(digits) >= _SURELY:
        # 一二三四五六七 and "one two three four five six seven" are somebody counting.
        return digits not in "123456789"
    return len(digits) >= _WITH_CUE and _CUE.search(text, 0, match.start()) is not None


def _is_known(digits: str, known: frozenset[str]) -> bool:
    return digits in known or (digits.startswith("86") and digits[2:] in known)
