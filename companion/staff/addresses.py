"""Where staff are reached: what an address of each kind must look like."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from companion.errors import BadInput
from companion.staff.people import ChannelKind

_EMAIL: Final = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\"]+", re.ASCII)
_CHAT: Final = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_ROBOT: Final = re.compile(r"[A-Za-z0-9_-]{8,128}", re.ASCII)
#: WeCom's rule for the name of a member.
_MEMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}", re.ASCII)
_HERE: Final = frozenset({"127.0.0.1", "::1"})


def clean_address(kind: ChannelKind, address: str) -> str:
    """Return an address as its channel wants it. Raises BadInput saying what is wanted."""
    given = address.strip()
    match kind:
        case ChannelKind.EMAIL:
            return _checked(given, ok=is_email(given), wanted="an address such as li@example.edu")
        case ChannelKind.TELEGRAM:
            wanted = "the number of a Telegram chat (a link code binds one by itself)"
            return _checked(given, ok=bool(_CHAT.fullmatch(given)), wanted=wanted)
        case ChannelKind.WEBHOOK:
            wanted = "an https address without a name and password in it"
            return _checked(given, ok=is_safe_address(given), wanted=wanted)
        case ChannelKind.WECOM:
            key = _robot_key(given)
            wanted = "the key of a WeCom group robot, or its whole address"
            return _checked(key, ok=bool(_ROBOT.fullmatch(key)), wanted=wanted)
        case ChannelKind.WECOM_APP:
            wanted = "the UserID of a WeCom member: 1-64 letters, digits, _ - @ or ."
            return _checked(given, ok=is_wecom_member(given), wanted=wanted)


def is_email(address: str) -> bool:
    """Whether this is one plain e-mail address."""
    return address.isascii() and bool(_EMAIL.fullmatch(address))


def is_wecom_member(user: str) -> bool:
    """Whether this may be the UserID of one WeCom member; never "@all", never two of them."""
    return bool(_MEMBER.fullmatch(user))


def is_safe_address(url: str) -> bool:
    """Whether an address is https, or http on this machine, and holds no name and password."""
    try:
        asked = urlsplit(url)
        host = asked.hostname
    except ValueError:
        return False
    if not host or asked.username is not None or any(letter.isspace() for letter in url):
        return False
    return asked.scheme == "https" or (asked.scheme == "http" and host in _HERE)


def hidden(address: str) -> str:
    """Return an address so that its owner knows it again and nobody else can use it."""
    return f"{address[:2]}…{address[-2:]}" if len(address) > len("ab…yz") else "…"


def _checked(address: str, *, ok: bool, wanted: str) -> str:
    if not ok:
        # The address itself is not repeated: it may be somebody's, or hold a secret.
        raise BadInput(f"this is not {wanted}")
    return address


def _robot_key(given: str) -> str:
    if "://" not in given:
        return given
    try:
        return parse_qs(urlsplit(given).query).get("key", [""])[0]
    except ValueError:
        return ""
