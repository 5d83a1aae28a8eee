"""Plain words that set, or end, being asked: "每天晚上十点问我", "stop asking me"."""

from __future__ import annotations

from typing import Final

from companion.people.wished import read_wished
from companion.people.wishes import EVERY_DAY

#: A wish to be asked at some hour is short (characters).
_LONGEST: Final = 60
#: Whole messages that end it.
_NO_MORE: Final = {
    "不用每天问我", "别每天问我", "别再每天问我", "不用每天问我了", "别再问我了", "不用再问我了",
    "不用提醒我了", "别提醒我了", "不要提醒我了", "取消提醒", "关闭提醒", "关掉提醒",
    "stop asking me", "stop asking me every day", "don't ask me every day", "no more reminders",
    "stop reminding me", "stop the reminders",
}  # fmt: skip


def reminding(bare: str) -> str | None:
    """Return what a whole message wants of /remind; None for anything else."""
    if bare in _NO_MORE:
        return "off"
    wished = read_wished(bare) if len(bare) <= _LONGEST else None
    if wished is None or not wished.asks:
        return None
    return bare if wished.minute is not None or wished.weekdays == EVERY_DAY else None
