"""What no fixed word of Nuanyu may say (safe messaging, in both languages).

A text breaks a rule where its pattern is found; each comes with a sentence that breaks it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is not said, and sentences that would say it."""

    name: str
    pattern: str
    breaks: tuple[str, ...]

    def found_in(self, text: str) -> str | None:
        """Return what breaks the rule, or None."""
        found = re.search(self.pattern, text, re.IGNORECASE)
        return found[0] if found else None


def _any(*words: str) -> str:
    return "|".join(words)


#: Not to be followed by a "no": "没法替你保密" is honest.
_NOT = r"(?<![不没别无])(?<!没法)(?<!不能)(?<!不会)(?<!没办法)(?<!不敢)(?<!不是)"

_MEDICINES_ZH = (
    "舍曲林|氟西汀|帕罗西汀|西酞普兰|氟伏沙明|文拉法辛|度洛西汀|米氮平|安非他酮|曲唑酮|阿戈美拉汀"
    "|伏硫西汀|阿米替林|氯米帕明|阿普唑仑|劳拉西泮|氯硝西泮|艾司唑仑|地西泮|佐匹克隆|唑吡坦|思诺思"
    "|安定片|褪黑素|丁螺环酮|坦度螺酮|百忧解|左洛复|赛乐特|来士普|黛力新|奥氮平|喹硫平|利培酮"
    "|阿立哌唑|碳酸锂|丙戊酸|拉莫三嗪|哌甲酯|利他林|专注达|托莫西汀|普萘洛尔|安眠药|布洛芬|对乙酰氨基酚"
)
_MEDICINES_EN = (
    r"\b(?:sertraline|fluoxetine|paroxetine|citalopram|escitalopram|fluvoxamine|venlafaxine"
    r"|duloxetine|mirtazapine|bupropion|trazodone|vortioxetine|amitriptyline|clomipramine"
    r"|alprazolam|lorazepam|clonazepam|diazepam|zopiclone|zolpidem|melatonin|buspirone|prozac"
    r"|zoloft|lexapro|xanax|valium|ativan|ambien|olanzapine|quetiapine|risperidone|aripiprazole"
    r"|lithium|valproate|lamotrigine|methylphenidate|ritalin|adderall|concerta|propranolol"
    r"|ibuprofen|paracetamol|acetaminophen|aspirin|sleeping pills?|antidepressants?)\b"
)
_ILLNESS_ZH = (
    "抑郁症|焦虑症|双相|躁郁|强迫症|人格障碍|精神分裂|精神病|厌食症|暴食症|惊恐障碍|社恐症|多动症"
)
_ILLNESS_EN = (
    r"(?:clinical(?:ly)? )?(?:depression|depressed|bipolar|anxiety disorder|ocd|ptsd|adhd|anorexia"
    r"|bulimia|schizophreni\w+|a personality disorder|a panic disorder)"
)

ADDRESS = Rule(
    "no address outside leads a student away",
    r"https?://|www\.|\b[a-z0-9-]+\.(?:com|cn|org|net|io|edu|gov|app|me)\b|[\w.]+@[\w-]+\.\w+",
    ("看 https://example.com", "help.org", "write to a@b.cn"),
)

RULES = (
    Rule(
        "suicide is no success, no failure and no crime",
        _any("自杀成功", "自杀未遂", "成功自杀", "自杀失败", r"commit(?:s|ted|ting)? suicide")
        + r"|(?:successful|failed|unsuccessful) (?:suicide|attempt)",
        ("他自杀未遂。", "She committed suicide.", "a failed attempt"),
    ),
    Rule(
        "no secrecy is promised",
        _any(
            "保密到底",
            rf"{_NOT}绝对(?:会)?保密",
            r"(?<!不能)(?<!没法)(?<!保证)(?<!不会)替你保密",
            rf"我{_NOT}(?:会|一定)保密",
        )
        + "|我(?:不会|绝不)告诉(?:任何人|别人|老师|你爸妈)|(?:我们|咱们)(?:之间|俩)的秘密"
        + r"|\bI (?:promise|swear) (?:not to|I won'?t) tell|\bI won'?t tell (?:anyone|a soul|your)"
        + r"|\byour secret is safe|\b(?:our|my) (?:little )?secret\b|\bI(?:'ll| will) keep (?:it|this|your) (?:a )?secret",
        (
            "放心，绝对保密。",
            "我会保密的。",
            "I promise not to tell.",
            "Your secret is safe with me.",
        ),
    ),
    Rule(
        "nobody is held back or made to feel guilty",
        r"别走(?!神|远)|不要走(?!神)|别离开我|我会想你|你走了我|舍不得你|想想你的?(?:父母|爸妈|家人)|对得起(?:父母|爸妈|家人|谁)"
        r"|\b(?:please )?don'?t (?:go|leave)(?: me| yet)?(?: now)?(?=[.,!?]|$)|\bI(?:'ll| will) miss you"
        r"|\bthink of your (?:parents|family|mother)|\bhow could you(?: do this)?[.?!]",
        (
            "别走，再聊一会儿。",
            "想想你的父母。",
            "How could you?",
            "Please don't leave.",
            "Think of your parents.",
        ),
    ),
    Rule(
        "it is never a human",
        r"我也是(?:个|一个)?人(?![工])|作为(?:一个|一名)?(?:人类|真人|过来人|咨询师|心理医生|医生|学长|学姐)|我是(?:一?名|一?个|一?位)?(?:真人|人类|咨询师|心理咨询师|医生|学长|学姐)"
        r"|我(?:以前|当年|小时候)也|我也(?:失恋|失眠|挂科|抑郁|焦虑)过"
        r"|\bas a (?:fellow )?(?:human|person|therapist|doctor|counsell?or)\b|\bI(?:'m| am) (?:also )?(?:a )?(?:real )?(?:human|person like you|therapist|doctor)\b"
        r"|\bwhen I was (?:young|a student|your age)",
        (
            "我也是人，我懂。",
            "作为一个人类，我明白。",
            "As a human, I get it.",
            "When I was your age, I failed too.",
        ),
    ),
    Rule(
        "nothing is diagnosed",
        rf"你(?:这)?(?:可能|应该|大概|肯定)?(?:有|得了|患了?|患有|是)(?:轻度|中度|重度)?(?:{_ILLNESS_ZH})"
        rf"|\byou (?:probably |clearly |likely |may |might )?(?:have|suffer from|are|'re) {_ILLNESS_EN}\b|\byou're {_ILLNESS_EN}\b",
        ("你有抑郁症。", "你应该是焦虑症", "You have depression.", "You probably have OCD"),
    ),
    Rule(
        "no medicine is named", _any(_MEDICINES_ZH, _MEDICINES_EN), ("试试褪黑素", "Try melatonin.")
    ),
    Rule(
        "no method is named",
        "割腕|割脉|上吊|自缢|跳楼|跳桥|跳河|跳江|烧炭|服毒|农药|百草枯|卧轨|一氧化碳|吞药|过量服|服药过量|遗书"
        r"|\b(?:hang(?:ed|ing)? (?:your|my|him|her|them)sel(?:f|ves)|hanging(?! up| by)|slit(?:ting)?|overdos\w+|jump(?:ed|ing)? off|poison(?:ed|ing) (?:your|my|him|her|them)sel"
        r"|carbon monoxide|pesticides?|noose|suicide note|gun|wrists?)\b",
        ("有人割腕", "an overdose", "he jumped off"),
    ),
    Rule(
        "nobody is cheered up or talked out of it",
        "加油[！!，,。]|(?<!不是)想开点|振作起来|一切都会好|会好起来的|开心点|别想太多|坚强一?点|阳光一?点"
        r"|\bcheer up\b|(?<!to )\bcalm down\b|\bjust relax\b|\beverything will be (?:fine|ok|okay|all right)|\bstay positive\b|\bman up\b|\bit could be worse\b|\bat least you\b",
        ("加油！", "想开点。", "Cheer up.", "Everything will be fine."),
    ),
    Rule(
        "nobody is made to sign or promise",
        r"答应我(?:不|别)|向我保证|\bpromise me\b|\bswear to me\b",
        ("答应我不做傻事", "Promise me you won't."),
    ),
    Rule(
        "nothing is judged",
        r"做傻事|(?<!不是)自私|(?<!不是)懦弱|矫情了|(?<!不)丢人现眼|\bselfish\b|\bcowardly?\b|\bpathetic\b",
        ("别做傻事", "That is selfish."),
    ),
    Rule(
        "no exclamation storms",
        r"[!！]\s*[!！]|[～~]{2,}|(?<!\()[?？]\s*[!！]|[!！]\s*[?？]",
        ("太好了！！", "Great!!", "真的？！"),
    ),
    ADDRESS,
)
