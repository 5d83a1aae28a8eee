"""Postal addresses, dormitories and rooms. A city alone is left: it identifies nobody."""

from __future__ import annotations

import re

from infra.redaction.entities import Type
from infra.redaction.numbers import Pattern

_HAN = r"\u4e00-\u9fff"
_LIVES = re.compile(
    r"^(?:(?:我们|我|他|她|家里|家|老家|地址|现在|目前|学校|宿舍|收货|快递|寄|搬|住|在|是|于|来自|从|到|去|回|的|就|：|:)+)"
)
_INSIDE = (
    rf"(?:[{_HAN}]{{1,6}}(?:小区|花园|公寓|家园|苑|里))?"
    r"(?:\d{1,4}(?:号楼|号院|栋|幢|单元|层|楼|室|户|号|弄)){0,4}(?:\d{2,4}(?:室|房)?)?"
)


def trim(found: str) -> int:
    """Return how many leading signs of an address are still the sentence before it."""
    match = _LIVES.match(found)
    return match.end() if match else 0


def _find(regex: str, score: float, flags: int = 0) -> Pattern:
    return Pattern(Type.ADDRESS, re.compile(regex, re.ASCII | flags), score)


PATTERNS = (
    _find(
        rf"((?:[{_HAN}]{{2,7}}(?:省|自治区))?(?:[{_HAN}]{{2,6}}(?:市|州))?(?:[{_HAN}]{{1,6}}(?:区|县|镇))?"
        rf"[{_HAN}]{{1,8}}(?:路|街道|街|大道|巷|弄|胡同)\s?\d{{1,5}}\s?(?:号|弄)(?!线){_INSIDE})",
        0.9,
    ),
    _find(
        rf"((?:[{_HAN}]{{2,7}}(?:省|自治区))[{_HAN}]{{2,6}}(?:市|州|县)(?:[{_HAN}]{{1,6}}(?:区|县|镇))?)",
        0.8,
    ),
    _find(rf"([{_HAN}]{{2,4}}市[{_HAN}]{{1,4}}(?:区|县))(?!域)", 0.75),
    _find(
        rf"((?:[东西南北中][{_HAN}]?[区苑园]|[{_HAN}]{{1,3}}(?:苑|园|公寓|斋|舍))?"
        r"\d{1,3}\s?(?:号楼|号公寓|号宿舍楼|栋|幢)\s?(?:\d{1,2}\s?单元\s?)?[A-Z]?\d{2,4}(?:室|寝室|宿舍|寝|房)?)(?!\d)",
        0.85,
    ),
    _find(
        r"(?:宿舍|寝室|房间|门牌)(?:号)?\s?(?:是|在|：|:)?\s?([A-Z]?\d{3,4}(?:室|号)?)(?!\d|\s*(?:元|块|人|年|天|平|分|个|米))",
        0.7,
    ),
    _find(
        r"(?<![A-Za-z0-9])(\d{1,5}[A-Z]?\s+(?:[A-Z][a-z]+\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Boulevard|Blvd|Way|Close|Court)\b\.?)",
        0.85,
    ),
    _find(
        r"\b((?:room|dorm|dormitory|apt\.?|apartment|flat|suite)\s?#?\s?(?:[A-Z]-?)?\d{2,4}[A-Z]?)(?![\d%])",
        0.75,
        re.IGNORECASE,
    ),
)
