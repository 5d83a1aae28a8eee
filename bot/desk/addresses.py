"""Addresses that somebody types in to be paged at: put into shape, and shown without secrets."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from companion.staff.addresses import is_wecom_member
from companion.staff.people import ChannelKind, StaffChannel

_LONGEST = 400  # characters
_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\"]+")
_ROBOT = re.compile(r"[A-Za-z0-9_-]{8,128}")
_SEEN = 4  # characters of a secret that its bearer may recognise it by


def clean_address(kind: ChannelKind, typed: str) -> str | None:
    """Return an address as the channel takes it; None when it cannot be one.

    Of a WeCom robot's whole address only the key is kept.
    """
    text = typed.strip()
    if len(text) > _LONGEST or not text.isprintable():
        return None
    if kind is ChannelKind.EMAIL:
        return text if _EMAIL.fullmatch(text) else None
    if kind is ChannelKind.WECOM:
        key = parse_qs(urlsplit(text).query).get("key", [""])[0] if "://" in text else text
        return key if _ROBOT.fullmatch(key) else None
    if kind is ChannelKind.WECOM_APP:
        return text if is_wecom_member(text) else None
    if kind is ChannelKind.WEBHOOK:
        return text if _is_https(text) else None
    return None


def shown_address(channel: StaffChannel) -> str:
    """Return what a page shows of an address: enough to know which one it is."""
    if channel.kind in {ChannelKind.EMAIL, ChannelKind.WECOM_APP}:
        return channel.address
    if channel.kind is ChannelKind.WEBHOOK:
        return urlsplit(channel.address).hostname or "…"
    return f"…{channel.address[-_SEEN:]}"


def _is_https(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme == "https" and bool(host) and parts.username is None and " " not in text
