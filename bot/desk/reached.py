"""Whom the pages of a case have reached, in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.desk.spans import listed
from bot.desk.words import Words
from companion.staff.people import ChannelKind
from companion.store import Page, PageState

#: Channels whose address for everybody is a group chat.
_GROUPS = {ChannelKind.TELEGRAM, ChannelKind.WECOM}
_ON_ITS_WAY = {PageState.OWED, PageState.SENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Names with the channel, each joined to one line; empty where there is nobody."""

    sent: str = ""
    failed: str = ""
    on_its_way: str = ""

    @property
    def nobody(self) -> bool:
        """Whether no page was taken by its channel."""
        return not self.sent


def reached(
    pages: Iterable[Page], *, since: datetime, names: Mapping[UUID, str], w: Words
) -> Reached:
    """Sum up the pages that left since the level rose, the latest attempt for each address."""
    latest = {
        (page.staff_id, page.channel_id, page.kind): page
        for page in sorted(pages, key=lambda page: page.created_at)
        if page.created_at >= since
    }
    found = list(latest.values())

    def told(*states: PageState) -> str:
        whom = [addressee(page, names=names, w=w) for page in found if page.state in states]
        return listed(dict.fromkeys(whom), w)

    return Reached(
        sent=told(PageState.SENT),
        failed=told(PageState.FAILED),
        on_its_way=told(*_ON_ITS_WAY),
    )


def addressee(page: Page, *, names: Mapping[UUID, str], w: Words) -> str:
    """Return whom a page is for and by which channel, e.g. "Li (Telegram)"."""
    if page.staff_id is not None:
        name = names.get(page.staff_id, w["case"]["somebody"])
    else:
        name = w["queue"]["group" if page.kind in _GROUPS else "campus_wide"]
    return str(w["cases"]["by_channel"]).format(
        name=name, channel=w["cases"]["channel"][page.kind.value]
    )
