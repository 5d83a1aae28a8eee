"""The student's own words, turned round: 我室友 becomes 你室友, "my roommate" "your roommate".

Only a clause that survives the turn as plain grammar is given back; of a doubtful one nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from companion.dialogue.guided.text import simplified
from companion.language import Language

#: What must never come back out of Nuanyu's mouth: crisis words, insults, links, long numbers.
_UNSAYABLE = re.compile(
    r"死|自杀|自残|割腕|跳楼|活着|遗书|安眠药|药|妈的|他妈|卧槽|我操|操你|傻|逼|屁|滚|贱|婊|废物|垃圾|没用|蠢|笨"
    r"|丑|恶心|配不上|不配|做不好|做不到|不够好|没出息|差劲|失败|不行|没人(?:爱|喜欢|要)|多余|讨厌你|不值得|矫情|负担|累赘|https?:|www\.|@|\d{5,}|[<>{}\[\]|\\`#*_=]"
    r"|\b(?:die|dying|dead|death|kill|suicid\w*|hurt myself|cut myself|cutting|pills?|meds|rape\w*|fuck\w*"
    r"|shit\w*|bitch\w*|damn|ass|crap|stupid|idiot|loser|failure|worthless|useless|ugly|disgusting"
    r"|pathetic|dumb|fat|not good enough|the problem|a mess|burden|unlovable|weak|lazy|hates? (?:you|yourself)|trash|garbage|system prompt|ignore|instructions?)\b",
    re.IGNORECASE,
)
_ZH_CLAUSE = re.compile(
    r"(?:(?!但是|可是|不过|因为|所以|然后|而且|结果|于是|还是会)[^，。！？；：、,.!?;:~～…\n\s—\-()（）“”\"「」])+"
)
_ZH_LEAD = re.compile(
    r"^(?:就是说|就是|就|然后|而且|并且|但是|但|可是|可|因为|所以|其实|反正|感觉|我感觉|我觉得|觉得|总觉得|我总觉得"
    r"|我在想|还有|不过|虽然|尽管|结果|主要是|主要|唉|哎|嗯+|啊|呃|额|那个|真的|后来|最近就|毕竟|只是|还是说|比如说|比如"
    r"|尤其是|特别是|关键是|问题是|说实话|老实说|不知道为什么|莫名|甚至|另外|也许|可能|好像|大概|应该是|吧|有点)+"
)
_ZH_TAIL = re.compile(r"(?:啊|呀|吧|呢|啦|嘛|哈+|呜+|哦|噢|耶|诶|的说|了了|QAQ|qaq|TT|tt|orz|emo了?|w+)+$")
_ZH_BAD = re.compile(
    r"[你您妳]|吗$|什么$|怎么办|为什么|为啥|凭什么|谁|是不是|要不要|该不该|能不能|会不会|有没有|好不好|如何|怎么样"
    r"|^(?:这|那|它|对|不对|是的|没错|还好|算了|不知道|没什么|谢谢|好的|可以|行|也是|不是|没有|随便|一样|都有)"
    r"|(?:的|和|跟|与|把|被|让|对|是|说|想|而|或者|又|也|还|都|很|太|了但|一直)$"
)
_ZH_TURN = (("我们", "你们"), ("咱们", "你们"), ("咱", "你们"), ("俺", "你"), ("我", "你"))
_ZH_PERSON = re.compile(
    r"我|他|她|室友|舍友|同学|导师|老师|妈|爸|爷|奶|外婆|外公|男朋友|女朋友|前任|对象|朋友|家里|父母|姐|妹|哥|弟"
)
_ZH_DANGLING = re.compile(r"^(?:他|她|还|也|就|才|又|都|之后|当时|有时|有的)")
_EN_CLAUSE = re.compile(
    r"[.!?;:,\n()\"]+|\s[-–—]+\s|\s+(?=(?:but|because|cause|cuz|so|and|which|even though|although)\s)",
    re.IGNORECASE,
)
_EN_LEAD = re.compile(
    r"^(?:(?:and|but|so|because|cause|cuz|well|honestly|i think|i guess|i feel like|i feel that|basically"
    r"|just|also|then|plus|idk|tbh|like|maybe|actually|i mean|i know|it's just|its just|it's like|that"
    r"|even though|although|which means|um+|uh+|yeah|yes|no|ugh|oh|ok|okay|lol|it's that|now|still)\b[\s,]*)+",
    re.IGNORECASE,
)
_EN_START = re.compile(
    r"^(?:i|i'm|im|i've|ive|i'd|i'll|my|we|we're|our|he|he's|she|she's|they|they're|nobody|no one|everyone"
    r"|everybody|people|everything|nothing|the|mum|mom|dad)\b",
    re.IGNORECASE,
)
_EN_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|don't|doesn't|didn't|can't|cannot|won't|isn't|aren't|wasn't"
    r"|\w+'s|\w+'re|keeps?|said|says|left|broke|got|gets|went|came|told|tells|thinks?|wants?|makes?|made|feels?"
    r"|felt|knows?|stopped|plays?|ignored?|ignores|calls?|\w{2,}ed|expects?|compares?|needs?|seems?|just)\b",
    re.IGNORECASE,
)
_EN_BAD = re.compile(
    r"\b(?:you|your|u|ur|yourself|thanks?|please|hello|whatever|lol|this|that's)\b"
    r"|^i (?:don't know|dont know|guess|suppose|see|mean|know|agree|hope so|think so|will try|do|did|am|have)$"
    r"|\b(?:to|the|a|an|of|my|and|or|is|are|was|but|with|for|that|if|it's|so|at|in|i'm|i|than|as|from|about|because)$",
    re.IGNORECASE,
)
_EN_TURN = {
    "i": "you", "i'm": "you're", "im": "you're", "i've": "you've", "ive": "you've", "i'd": "you'd",
    "i'll": "you'll", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "we": "you",
    "we're": "you're", "we've": "you've", "we'd": "you'd", "we'll": "you'll", "us": "you", "our": "your",
    "ours": "yours", "ourselves": "yourselves", "am": "are",
}  # fmt: skip
_EN_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_EN_BE = re.compile(r"\byou (was|wasn't)\b")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a student's text, turned to "you"; higher weight means more telling."""

    text: str = field(repr=False)
    weight: float


def clauses(text: str, language: Language) -> list[Clause]:
    """Return the clauses of a cleaned text that can be given back in this language, in order."""
    found = _zh(text) if language is Language.ZH else _en(text)
    return [clause for clause in found if not _UNSAYABLE.search(clause.text)]


def _zh(text: str) -> Iterator[Clause]:
    for match in _ZH_CLAUSE.finditer(simplified(text)):
        clause = _ZH_TAIL.sub("", _ZH_LEAD.sub("", match.group()))
        han = sum("一" <= c <= "鿿" for c in clause)
        asked = text[match.end() : match.end() + 1] in "?？" and match.end() < len(text)
        if asked or not 5 <= len(clause) <= 22 or han * 2 < len(clause) or _ZH_BAD.search(clause):
            continue
        weight = min(len(clause), 14) / 14 + bool(_ZH_PERSON.search(clause))
        weight -= bool(_ZH_DANGLING.match(clause)) / 2
        for mine, yours in _ZH_TURN:
            clause = clause.replace(mine, yours)
        yield Clause(clause.replace("自你", "自我"), weight)


def _en(text: str) -> Iterator[Clause]:
    plain = text.replace("’", "'")
    start = 0
    for match in [*_EN_CLAUSE.finditer(plain), None]:
        end = match.start() if match else len(plain)
        clause = _EN_LEAD.sub("", plain[start:end].strip())
        asked = bool(match) and "?" in match.group() if match else False
        start = match.end() if match else end
        if not asked and _en_is_sound(clause):
            yield Clause(_en_turned(clause), min(len(clause.split()), 10) / 10 + 1)


def _en_is_sound(clause: str) -> bool:
    words = clause.split()
    if not 4 <= len(words) <= 16 or not clause.isascii() or not _EN_START.match(clause):
        return False
    first = words[0].lower()
    has_verb = first in {"i", "we", "i'm", "im", "i've"} or bool(_EN_VERB.search(clause))
    return has_verb and not _EN_BAD.search(clause)


def _en_turned(clause: str) -> str:
    def turn(match: re.Match[str]) -> str:
        word = match.group()
        return _EN_TURN.get(word.lower(), word)

    turned = _EN_WORD.sub(turn, clause)
    turned = _EN_BE.sub(lambda m: "you were" if m.group(1) == "was" else "you weren't", turned)
    first, _, rest = turned.partition(" ")
    if first.lower() in {"mum", "mom", "dad"}:
        first = f"your {first.lower()}"
    return f"{first.lower() if first.lower() in _LOWER else first} {rest}"


_LOWER = frozenset(
    "you you're you've you'd you'll your he he's she she's they they're nobody no everyone everybody "
    "people everything nothing the mum mom dad".split()
)
