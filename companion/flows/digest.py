"""Once a day staff are told how many students were at watch: figures, no names and no words."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from companion.campus import Campus
from companion.flows.roster import read_roster, ways_to
from companion.flows.services import Services
from companion.language import Language
from companion.ports import Channel, PageText, Refused, RetryLater, Uncertain
from companion.staff.digest import GRACE, SPAN, Digest, planned, summed_up
from companion.staff.duty import Duty
from companion.staff.figures import SMALLEST_GROUP
from companion.staff.ladder import Standing
from companion.staff.people import Role
from companion.store import PageState, Reading, Transaction
from companion.store.digests import Errand
from companion.texts import say


def digest(*, services: Services) -> int:
    """Send the digest whose hour has come; returns how many messages left.

    It leaves once over each channel, within hours or not at all; where nobody was at watch there
    is none. Raises StoreUnavailable. Safe to run twice: each message is claimed before it is sent.
    """
    campus, now = services.campus, services.clock.now()
    if campus.watch_digest is None:
        return 0
    due_at = planned(campus.watch_digest, now, campus.timezone)
    with services.store.transaction() as tx:
        tx.digests.drop(before=due_at)
        if now - due_at >= GRACE:
            return 0
        told = digest_of(tx, due_at)
        if not told.has_any:
            return 0
        _owe(tx, due_at, services=services)
        owed = tx.digests.owed(due_at)
    return sum(_send(one, told, services=services) for one in owed)


def digest_of(tx: Reading, due_at: datetime) -> Digest:
    """Return what the digest planned for a moment says."""
    return summed_up(tx.digests.at_watch(until=due_at, span=SPAN))


def digest_text(told: Digest, due_at: datetime, *, campus: Campus, language: Language) -> str:
    """Return a digest in words."""
    ends = due_at.astimezone(campus.timezone)
    begins = (due_at - SPAN).astimezone(campus.timezone)
    fewer = say("digest.fewer", language, k=SMALLEST_GROUP)
    hidden = say("digest.hidden", language)
    return say(
        "digest.body",
        language,
        level=say("page.level_watch", language),
        begins=f"{begins:%m-%d %H:%M}",
        ends=f"{ends:%m-%d %H:%M}",
        students=fewer if told.students is None else told.students,
        repeated=hidden if told.repeated is None else told.repeated,
        rising=hidden if told.rising is None else told.rising,
        k=SMALLEST_GROUP,
    )


def _owe(tx: Transaction, due_at: datetime, *, services: Services) -> None:
    """Owe it to the staff group and to the supervisor on duty; without one, to every supervisor.

    Who is on duty at the planned moment: whoever comes later is not told once more.
    """
    roster = read_roster(tx, channels=services.channels, now=due_at)
    staff = roster.on_duty(due_at, Duty.SUPERVISOR) or tuple(
        one.id for one in roster.staff if one.role is Role.SUPERVISOR and one.id in roster.reachable
    )
    standing = Standing(staff, group=roster.has_group)
    for way in ways_to(tx, standing, channels=services.channels):
        tx.digests.add(due_at, staff_id=way.staff_id, channel_id=way.channel_id, kind=way.kind)


def _send(errand_id: UUID, told: Digest, *, services: Services) -> bool:
    with services.store.transaction() as tx:
        errand = tx.digests.claim(errand_id)
        if errand is None:
            return False
        address = _address(tx, errand, services)
        text = _page(tx, errand, told, services=services)
    state, reason = _hand_over(services.channels.get(errand.kind), address, text)
    with services.store.transaction() as tx:
        tx.digests.settle(errand.id, state, reason=reason)
    return state is PageState.SENT


def _address(tx: Reading, errand: Errand, services: Services) -> str | None:
    if errand.staff_id is None:
        return dict(services.channels.campus_wide).get(errand.kind)
    ways = tx.members.channels(errand.staff_id)
    return next((way.address for way in ways if way.id == errand.channel_id), None)


def _page(tx: Reading, errand: Errand, told: Digest, *, services: Services) -> PageText:
    campus = services.campus
    reader = None if errand.staff_id is None else tx.members.get(errand.staff_id)
    language = campus.language if reader is None else reader.language
    url = None
    if services.public_url is not None:
        # Everybody in the group may see the queue; the figures are a supervisor's.
        url = services.public_url.rstrip("/") + ("/desk" if reader is None else "/desk/figures")
    return PageText(
        subject=say("digest.subject", language, level=say("page.level_watch", language)),
        body=digest_text(told, errand.due_at, campus=campus, language=language),
        url=url,
        once=errand.id,
    )


def _hand_over(
    channel: Channel | None, address: str | None, text: PageText
) -> tuple[PageState, str | None]:
    if channel is None or address is None:
        return PageState.FAILED, "no_channel"
    try:
        channel.page(address, text)
    except RetryLater:
        return PageState.OWED, "busy"  # the next tick tries again
    except Refused as error:
        return PageState.FAILED, error.reason
    except Uncertain:
        return PageState.FAILED, "uncertain"  # better missed than twice: nobody waits for it
    return PageState.SENT, None
