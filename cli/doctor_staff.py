"""Can staff be reached? Accounts, channels, the coming week's roster, the mail server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from cli.findings import Check, Finding, Health
from cli.staff.office import Office, office
from cli.staff.roster import gaps_of
from companion.ports import Refused, RetryLater, Uncertain
from companion.staff.people import Right, Staff
from companion.staff.roster_words import gap_text
from companion.store import Reading
from infra.pagers import campus_wide, usable_kinds
from infra.pagers.email import email_channel
from infra.pagers.wecom_app import wecom_app_channel
from infra.senders.loop import LoopThread
from infra.settings import Settings
from infra.settings_pairs import is_short_secret

#: How far ahead the roster must be whole.
_AHEAD = timedelta(days=7)
_MANY = 3  # gaps that are told one by one


def _channels(settings: Settings) -> Iterator[Finding]:
    whole = [kind.value for kind, _ in campus_wide(settings)]
    if whole:
        yield Finding("staff channels", Health.WELL, f"all staff by {', '.join(whole)}")
    else:
        detail = "no staff group, mailbox, robot or webhook: pages reach persons only"
        yield Finding("staff channels", Health.HINT, detail)
    secret = settings.staff_webhook_secret
    if secret is not None and is_short_secret(secret.get_secret_value()):
        detail = "NUANYU_STAFF_WEBHOOK_SECRET is short: use 24 random letters or more"
        yield Finding("webhook secret", Health.ILL, detail)


def _mail(settings: Settings) -> Iterator[Finding]:
    if settings.smtp_host is None:
        yield Finding("mail", Health.HINT, "off (set NUANYU_SMTP_HOST to page by e-mail)")
        return
    try:
        email_channel(settings).check()
    except RetryLater:
        yield Finding("mail", Health.ILL, "the server does not answer: check NUANYU_SMTP_HOST")
    except Refused as error:
        yield Finding(
            "mail", Health.ILL, f"the server refuses ({error.reason}): check NUANYU_SMTP_*"
        )
    else:
        yield Finding("mail", Health.WELL, "the server answers and lets us in")


def _wecom(settings: Settings) -> Iterator[Finding]:
    if settings.wecom_secret is None:
        detail = "off (set NUANYU_WECOM_CORP_ID to page single persons in WeCom)"
        yield Finding("wecom", Health.HINT, detail)
        return
    loop = LoopThread()
    try:
        wecom_app_channel(settings, redis_url=None, loop=loop).check()
    except (RetryLater, Uncertain):
        yield Finding(
            "wecom", Health.ILL, "WeCom does not answer: is its server reached from here?"
        )
    except Refused as error:
        yield Finding("wecom", Health.ILL, f"WeCom refuses ({error.reason}): check NUANYU_WECOM_*")
    else:
        yield Finding("wecom", Health.WELL, "WeCom knows our application")
    finally:
        loop.close()


def _people(settings: Settings) -> Iterator[Finding]:
    with office(settings) as desk, desk.store.reading() as tx:
        staff = [one for one in tx.members.all() if one.may(Right.CASES)]
        if not staff:
            detail = "nobody can take a case: `nuanyu staff add LOGIN --name …`"
            yield Finding("staff", Health.ILL, detail)
            return
        mute = _mute(tx, staff, settings)
        if mute:
            detail = f"cannot be paged: {', '.join(mute)}; `nuanyu staff channel LOGIN …`"
            yield Finding("staff", Health.ILL, detail)
        else:
            yield Finding("staff", Health.WELL, f"{len(staff)} take cases, all can be paged")
        yield from _roster(tx, desk)


def _mute(tx: Reading, staff: Iterable[Staff], settings: Settings) -> list[str]:
    """Return the logins of those whom no channel that is set up can reach."""
    usable = usable_kinds(settings)
    return [
        one.login
        for one in staff
        if not any(way.kind in usable for way in tx.members.channels(one.id))
    ]


def _roster(tx: Reading, desk: Office) -> Iterator[Finding]:
    found = gaps_of(tx, desk.now, desk.now + _AHEAD)
    campus = desk.campus
    for gap in found[:_MANY]:
        detail = gap_text(gap, zone=campus.timezone, language=campus.language)
        yield Finding("roster", Health.ILL, detail)
    if len(found) > _MANY:
        detail = f"{len(found) - _MANY} more gaps within a week: `nuanyu staff roster gaps`"
        yield Finding("roster", Health.ILL, detail)
    if not found:
        yield Finding("roster", Health.WELL, "somebody is on primary duty all week")


STAFF_CHECKS: tuple[Check, ...] = (_channels, _mail, _wecom, _people)
