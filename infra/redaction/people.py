"""Names, found only behind a cue: a word that says somebody is named here."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

from infra.redaction.entities import Type
from infra.redaction.numbers import Pattern

_WORDS = tomllib.loads((files("infra.redaction") / "names.toml").read_text(encoding="utf-8"))
_ZH, _EN = _WORDS["zh"], _WORDS["en"]


def _one_of(words: list[str]) -> str:
    return f"(?:{'|'.join(words)})"


_HAN = r"\u4e00-\u9fff"
_CLEAR = "".join(_ZH["surnames"].split())
_LOOSE = _CLEAR + _ZH["loose_surnames"]
_DOUBLE = _one_of(_ZH["double_surnames"])
_KIN, _TITLE = _one_of(_ZH["kin"]), _one_of(_ZH["titles"])
_AFTER = rf"(?=$|[^{_HAN}]|{_one_of(_ZH['after'])})"
_NO_NAME = f"(?!{_one_of(_ZH['no_names'])})"
#: A whole name: clear surnames count anywhere, all of them only behind a clear cue.
_NAME = rf"(?:{_DOUBLE}[{_HAN}]{{1,2}}?|[{_CLEAR}][{_HAN}]{{1,2}}?)"
_LOOSE_NAME = rf"{_NO_NAME}((?:{_DOUBLE}|[{_LOOSE}])[{_HAN}]{{1,2}}?)"
_NOT_CALLED = "(?!起|做|去|来|滚|别|不|闭|怎|回|多|好|小?声)"
_END_OF_CALL = r"(?=吧|就好|就行|好了|$|[，。！？,.!?\s])"

_CAPITAL = r"[A-Z][a-z]{1,15}(?:[-'][A-Z]?[a-z]{1,15})?"
_EN_KIN = _one_of(_EN["kin"])
_EN_NO_NAME = rf"(?!{_one_of(_EN['no_names'])}\b)"
_CALLED = r"(?:,|\s+is called|\s+is named|'s name is|\s+named|\s+called|\s+is)?"


def _find(regex: str, score: float) -> Pattern:
    return Pattern(Type.PERSON, re.compile(regex), score)


CHINESE = (
    _find(rf"(?:我叫|我的名字(?:是|叫)|名叫|本名|(?:全|真)名(?:是|叫)?){_LOOSE_NAME}{_AFTER}", 0.9),
    _find(rf"姓名\s*[:：是]?\s*{_LOOSE_NAME}{_AFTER}", 0.9),
    _find(rf"{_KIN}(?:的?名字)?(?:叫做|名叫|叫|是|[，,：:]){_LOOSE_NAME}{_AFTER}", 0.85),
    _find(rf"{_KIN}({_NAME}){_AFTER}", 0.75),
    _find(rf"(?:他|她|那个人|名字)(?:的名字)?(?:叫|是叫){_LOOSE_NAME}{_AFTER}", 0.8),
    _find(rf"我(?:就|真)?是{_LOOSE_NAME}(?=$|[，。！？,.!?~～\s])(?<![的了吗呢])", 0.7),
    _find(rf"(?:大家|你|可以|就|都)叫我{_NOT_CALLED}([{_HAN}]{{2,4}}?){_END_OF_CALL}", 0.7),
    _find(rf"({_NAME})(?={_TITLE})(?<!主任)", 0.8),
    # 王老师: one sign, at the beginning of what is said, or before a title that is clear.
    _find(rf"(?<![{_HAN}])({_DOUBLE}|(?![{_ZH['not_before_title']}])[{_LOOSE}])(?={_TITLE})", 0.85),
    _find(rf"({_DOUBLE}|[{_CLEAR}])(?=老师|教授|学长|学姐|师兄|师姐|医生|导师|辅导员)", 0.8),
    _find(rf"(?<![大很太最从不])([小老阿][{_CLEAR}])(?!师){_AFTER}", 0.65),
)
ENGLISH = (
    _find(
        r"\b(?i:my (?:full |real )?name is|my name's|i am called|i'm called|name:)\s+"
        rf"({_EN_NO_NAME}[A-Za-z][a-z]{{1,15}}(?:\s{_CAPITAL}){{0,2}})",
        0.9,
    ),
    _find(
        rf"\b(?:I'm|I am|[Tt]his is|[Cc]all me)\s+{_EN_NO_NAME}({_CAPITAL}(?:\s{_CAPITAL}){{0,2}})"
        r"(?![A-Za-z])",
        0.75,
    ),
    _find(
        r"\b(?:Dr|Prof|Professor|Mr|Mrs|Ms|Miss|Coach|Aunt|Uncle)\.?\s+"
        rf"({_CAPITAL}(?:\s{_CAPITAL})?)",
        0.9,
    ),
    _find(
        rf"\b(?i:{_EN_KIN}){_CALLED}\s+{_EN_NO_NAME}({_CAPITAL}(?:\s{_CAPITAL})?)(?![A-Za-z])", 0.75
    ),
)
