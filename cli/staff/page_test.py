"""A marked test page over every channel of a person, or of the campus."""

from __future__ import annotations

import typer

from cli.staff.office import Office, member, note, office
from companion.errors import NuanyuError
from companion.language import Language
from companion.ports import Channel, PageText, Refused, RetryLater, Uncertain
from companion.staff.people import ChannelKind
from companion.texts import say
from infra.pagers import make_channels
from infra.queue import find_redis
from infra.senders.loop import LoopThread
from infra.settings import Settings, SettingsError


def page_test(settings: Settings, login: str | None) -> int:
    """Send a test page and tell what became of it on each channel; returns 1 unless all took it.

    Without a login it goes to the channels of the whole campus. Raises BadInput for an unknown
    login.
    """
    loop = LoopThread()
    try:
        with office(settings) as desk:
            channels = make_channels(settings, redis_url=_redis_url(settings), loop=loop)
            ways, text = _ways(desk, login, channels.campus_wide)
            fates = [(kind, _fate(channels.get(kind), address, text)) for kind, address in ways]
            channels.close()
            with desk.store.transaction() as tx:
                taken = sum(fate == _TAKEN for _, fate in fates)
                note(tx, "staff.page_test", now=desk.now, channels=len(fates), taken=taken)
    finally:
        loop.close()
    for kind, fate in fates:
        typer.secho(f"{kind.value}\t{fate}", fg="green" if fate == _TAKEN else "red")
    if not fates:
        typer.secho("no channel: nobody can be paged there", fg="red")
    return 0 if fates and taken == len(fates) else 1


_TAKEN = "taken"


def _ways(
    desk: Office, login: str | None, campus_wide: tuple[tuple[ChannelKind, str], ...]
) -> tuple[list[tuple[ChannelKind, str]], PageText]:
    if login is None:
        language = desk.campus.language
        return list(campus_wide), _text(desk, desk.campus.name[language], language)
    with desk.store.reading() as tx:
        found = member(tx, login)
        ways = [(way.kind, way.address) for way in tx.members.channels(found.id)]
    return ways, _text(desk, found.name, found.language)


def _text(desk: Office, name: str, language: Language) -> PageText:
    at = desk.now.astimezone(desk.campus.timezone)
    return PageText(
        subject=say("page_test.subject", language),
        body=say("page_test.body", language, name=name, at=f"{at:%H:%M:%S}").strip(),
    )


def _fate(channel: Channel | None, address: str, text: PageText) -> str:
    if channel is None:
        return "off: its settings are missing (see `nuanyu doctor`)"
    try:
        channel.page(address, text)
    except RetryLater as error:
        return f"not now: {error}"
    except Refused as error:
        return f"refused: {error.reason}"
    except Uncertain as error:
        return f"nobody knows: {error}"
    except NuanyuError as error:
        return f"failed: {type(error).__name__}"
    return _TAKEN


def _redis_url(settings: Settings) -> str | None:
    try:
        return find_redis(settings)
    except SettingsError:
        return None  # then the limits are counted here alone
