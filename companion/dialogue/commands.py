"""What a student can tell Nuanyu to do, as a command, a button or in plain words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum


class CommandName(StrEnum):
    """A command; the value is how it is written after the slash."""

    START = "start"
    HELP = "help"
    LANGUAGE = "language"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    HUMAN = "human"
    SOS = "sos"
    PLAN = "plan"
    PRIVACY = "privacy"
    EXPORT = "export"
    DELETE = "delete"
    MEMORY = "memory"
    CONTACT = "contact"
    CARE = "care"
    OBJECT = "object"
    AGE = "age"
    CONSENT = "consent"
    AGAIN = "again"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command and what follows it."""

    name: CommandName
    #: May be a student's words ("remember: …").
    argument: str = field(default="", repr=False)


#: Whole messages that mean a command. Only what nobody would write to be comforted.
_PLAIN_WORDS: dict[CommandName, tuple[str, ...]] = {
    CommandName.STOP: (
        "stop",
        "quit",
        "exit",
        "unsubscribe",
        "停",
        "停止",
        "停下",
        "退出",
        "结束",
        "结束对话",
        "退订",
        "别说了",
        "不聊了",
        "停止对话",
    ),
    CommandName.HUMAN: (
        "human",
        "real person",
        "talk to a human",
        "talk to a person",
        "talk to someone real",
        "i want to talk to a human",
        "i want a real person",
        "can i talk to a real person",
        "转人工",
        "人工",
        "真人",
        "找真人",
        "人工服务",
        "我要找真人",
        "我想找真人",
        "找老师",
        "找个真人",
        "我要找人工",
        "转真人",
        "我想跟真人聊",
        "我想找真人聊聊",
        "有真人吗",
    ),
    CommandName.SOS: (
        "sos",
        "救命",
        "求助",
        "求救",
        "紧急求助",
        "hotline",
        "helpline",
        "热线",
        "求助电话",
    ),
    CommandName.PLAN: ("安全计划", "我的安全计划", "safety plan", "my safety plan", "my plan"),
    CommandName.HELP: (
        "menu",
        "commands",
        "菜单",
        "帮助",
        "使用说明",
        "功能",
        "你能做什么",
        "what can you do",
    ),
    CommandName.PRIVACY: ("privacy", "隐私", "隐私设置"),
    CommandName.EXPORT: (
        "export",
        "export my data",
        "导出",
        "导出数据",
        "导出我的数据",
        "下载我的数据",
    ),
    CommandName.DELETE: (
        "delete everything",
        "delete my data",
        "erase my data",
        "delete all my data",
        "删除所有数据",
        "删除我的数据",
        "全部删除",
        "删除全部数据",
        "清空我的数据",
        "删掉我的数据",
    ),
    CommandName.MEMORY: (
        "memory",
        "what do you remember",
        "what do you remember about me",
        "你记得什么",
        "你记得我什么",
        "你都记得什么",
        "记忆",
    ),
    CommandName.CONTACT: ("emergency contact", "紧急联系人"),
    CommandName.CARE: (
        "no more check-ins",
        "stop checking in",
        "不用再问候",
        "不用再问候我",
        "别再问候我",
        "不用问候我",
    ),
    CommandName.OBJECT: ("object", "异议", "我有异议", "我反对共享"),
    CommandName.PAUSE: ("pause", "暂停"),
    CommandName.RESUME: ("resume", "恢复", "继续提醒"),
    CommandName.START: ("开始",),
}
_LANGUAGE_WORDS = {
    "english": "en", "speak english": "en", "in english": "en", "in english please": "en",
    "中文": "zh", "说中文": "zh", "用中文": "zh", "请说中文": "zh", "请用中文": "zh",
    "用英文": "en", "说英文": "en", "英文": "en", "用英语": "en", "说英语": "en",
    "chinese": "zh", "speak chinese": "zh",
}  # fmt: skip
_ALIASES = {
    "forget": CommandName.DELETE,
    "lang": CommandName.LANGUAGE,
    "hotline": CommandName.SOS,
    "helpline": CommandName.SOS,
    "quit": CommandName.STOP,
    "exit": CommandName.STOP,
    "退出": CommandName.STOP,
    "停止": CommandName.STOP,
    "求助": CommandName.SOS,
    "安全计划": CommandName.PLAN,
    "计划": CommandName.PLAN,
    "帮助": CommandName.HELP,
    "隐私": CommandName.PRIVACY,
    "导出": CommandName.EXPORT,
    "删除": CommandName.DELETE,
    "记忆": CommandName.MEMORY,
    "暂停": CommandName.PAUSE,
    "紧急联系人": CommandName.CONTACT,
    "异议": CommandName.OBJECT,
    "真人": CommandName.HUMAN,
    "语言": CommandName.LANGUAGE,
    "开始": CommandName.START,
}
_SLASHED = re.compile(r"^/([^\s@/]{1,32})(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)
_REMEMBER = re.compile(r"^(?:记住|请记住|remember)\s*[:：]\s*(.+)$", re.DOTALL | re.IGNORECASE)
#: Words a student adds for the staff who look after their case.
_ADD = re.compile(r"^(?:补充|我要补充|add)\s*[:：]\s*(.+)$", re.DOTALL | re.IGNORECASE)
_NAMES = {name.value: name for name in CommandName if name.value}
_PLAIN = {word: name for name, words in _PLAIN_WORDS.items() for word in words}


def parse_command(text: str) -> Command | None:
    """Return the command a whole message is, or None for talk."""
    stripped = unicodedata.normalize("NFKC", text).strip()
    slashed = _SLASHED.match(stripped)
    if slashed:
        word = slashed[1].lower()
        name = _NAMES.get(word) or _ALIASES.get(word, CommandName.UNKNOWN)
        return Command(name, (slashed[2] or "").strip())
    remember = _REMEMBER.match(stripped)
    if remember:
        return Command(CommandName.MEMORY, f"keep {remember[1].strip()}")
    added = _ADD.match(stripped)
    if added:
        return Command(CommandName.PRIVACY, f"add {added[1].strip()}")
    bare = stripped.strip(" \t\n.!?,;~。！？，；～…").casefold()
    if bare in _LANGUAGE_WORDS:
        return Command(CommandName.LANGUAGE, _LANGUAGE_WORDS[bare])
    if bare in _PLAIN:
        return Command(_PLAIN[bare], "stop" if _PLAIN[bare] is CommandName.CARE else "")
    return None
