r"""Numbers, addresses of machines and accounts.

Word boundaries and `\w` count Chinese signs as letters, so that 卡号4111…哦 has no boundary at
all: every pattern here says itself which neighbours it refuses, and is ASCII for digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from infra.redaction.entities import Type


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to find one kind of thing; group 1 is the thing, where there is a group."""

    type: Type
    regex: re.Pattern[str]
    score: float
    #: Returns the score for what was found, 0 to refuse it; None keeps `score`.
    judge: Callable[[str], float] | None = None


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _judge_id(found: str) -> float:
    """Wrong check digits stay hidden: people mistype, and tests of ours may not leak."""
    signs = re.sub(r"[^\dXx]", "", found).upper()
    total = sum(int(sign) * weight for sign, weight in zip(signs, _ID_WEIGHTS, strict=False))
    return 1.0 if "10X98765432"[total % 11] == signs[-1] else 0.8


def _judge_card(found: str) -> float:
    digits = [int(sign) for sign in found if sign.isdigit()]
    total = sum(
        digit if place % 2 == 0 else (digit * 2 - 9 if digit > 4 else digit * 2)  # noqa: PLR2004
        for place, digit in enumerate(reversed(digits))
    )
    return 0.95 if total % 10 == 0 and len(set(digits)) > 1 else 0.0


def _find(
    type_: Type, regex: str, score: float, judge: Callable[[str], float] | None = None
) -> Pattern:
    return Pattern(type_, re.compile(regex, re.ASCII | re.IGNORECASE), score, judge)


_IS = r"(?:号码|号|ID|帐号|账号|num(?:ber)?|no\.?)?\s*(?:是|为|is)?\s*[:：=#]?\s*"

#: The more certain come first and win where two overlap.
PATTERNS = (
    _find(
        Type.EMAIL,
        r"(?<![a-z0-9._%+-])[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}(?![a-z0-9])",
        1.0,
    ),
    _find(
        Type.URL, r"https?://[a-z0-9.-]{1,253}(?::\d{1,5})?/[a-z0-9\-._~%!$&'()*+,;=:@/?#]+", 0.9
    ),
    _find(
        Type.URL,
        r"(?<![a-z0-9./@-])(?:[a-z0-9-]{1,63}\.){1,3}(?:com|cn|org|net|me|io|tv)/[a-z0-9_@\-./?=&%]{2,}",
        0.8,
    ),
    _find(
        Type.ID_CARD,
        r"(?<![\dA-Z])([1-9]\d{5}[\s-]?(?:18|19|20)\d{2}[\s-]?(?:0[1-9]|1[0-2])[\s-]?(?:0[1-9]|[12]\d|3[01])[\s-]?\d{3}[\dX])(?![\dA-Z])",
        0.8,
        _judge_id,
    ),
    _find(
        Type.STUDENT_ID,
        rf"(?:学号|考号|准考证|学籍|一卡通|工号)\s*{_IS}([a-z]{{0,3}}\d{{5,16}})",
        0.95,
    ),
    _find(
        Type.STUDENT_ID,
        r"(?:student|matric(?:ulation)?|campus|enrol?ment)\s*(?:id|number|no\.?|card)?\s*(?:is|[:#=])?\s*([a-z]{0,3}\d{5,16})",
        0.95,
    ),
    _find(
        Type.BANK_CARD,
        r"(?<![\d.])(\d{4}(?:[\s-]?\d{4}){2}(?:[\s-]?\d{1,4}){1,2})(?!\.?\d)",
        0.95,
        _judge_card,
    ),
    _find(
        Type.BANK_CARD,
        rf"(?:卡号|银行卡|信用卡|储蓄卡)\s*{_IS}(\d(?:[\s-]?\d){{11,18}})(?!\d)",
        0.85,
    ),
    _find(
        Type.PHONE,
        r"(?<![\d.])((?:(?:\+|00)?86[\s-]{0,2})?(?:1[3-9]\d(?:[\s.\-]{0,2}\d{4}){2}|1[3-9]\d{2}[\s.\-]\d{4}[\s.\-]\d{3}|1[3-9]\d[\s.\-]\d{3}[\s.\-]\d{5}))(?!\d)",
        0.95,
    ),
    _find(
        Type.PHONE,
        r"(?<![\d.])(\(?0(?:10|2\d|[3-9]\d{2})\)?[\s-]{0,2}\d{3,4}[\s-]?\d{4})(?!\d)",
        0.85,
    ),
    _find(
        Type.PHONE,
        r"(?<![\d.])([48]00[\s-]?\d{3}[\s-]?\d{4}|[48]00[\s-]\d{4}[\s-]\d{3})(?!\d)",
        0.8,
    ),
    _find(
        Type.PHONE, r"(?<![\d+])(\+\d{1,3}[\s.\-]?\(?\d{1,4}\)?(?:[\s.\-]?\d{2,4}){2,4})(?!\d)", 0.9
    ),
    _find(Type.PHONE, r"(?<![\d.])(\(?[2-9]\d{2}\)?[\s.\-]{1,2}\d{3}[\s.\-]\d{4})(?!\d)", 0.8),
    _find(
        Type.PHONE,
        r"(?:电话|手机|座机|号码|phone|mobile|whatsapp|\btel|\bcell)[^\d\n。！？!?]{0,10}?(\+?\d(?:[\s-]?\d){6,13})(?!\d)",
        0.75,
    ),
    # 一三八一二三四五六七八, read out or written around a filter.
    _find(Type.PHONE, r"([一幺][三四五六七八九](?:[\s\-、]?[零〇一幺二两三四五六七八九]){9})", 0.9),
    _find(
        Type.ACCOUNT,
        rf"(?:微信|薇信|威信|\bV信|\bwx|\bvx|weixin|wechat|QQ|扣扣|企鹅)群?\s*{_IS}(\d{{5,12}}|[a-z](?=[a-z_-]*\d)[a-z0-9_-]{{4,19}})(?![a-z0-9])",
        0.9,
    ),
    _find(
        Type.ACCOUNT,
        r"(?:微信|薇信|\bwx|\bvx|weixin|wechat)\s*(?:号|ID|id|:|：|是|is)+\s*([a-z][a-z0-9_-]{4,19})(?![a-z0-9])",
        0.85,
    ),
    _find(Type.ACCOUNT, r"(?<![a-z0-9._%+-])(@[a-z][a-z0-9_]{3,29})(?![a-z0-9@.])", 0.7),
    _find(
        Type.IP,
        r"(?<![\d.])((?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d))(?![\d.]\d|\d)",
        0.9,
    ),
)
