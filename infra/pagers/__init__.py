"""Handing pages to staff: one module per kind of channel, loaded only where it is used.

A page carries no words of a student, and neither its address nor its body is ever logged or quoted
in an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

from companion.ports import Channel
from companion.staff.people import ChannelKind
from infra.senders.loop import LoopThread
from infra.settings import Settings


@runtime_checkable
class _KeepsOpen(Protocol):
    def close(self) -> None: ...


class StaffChannels:
    """The channels by kind; implements companion.ports.Channels."""

    def __init__(
        self,
        channels: Mapping[ChannelKind, Channel],
        *,
        campus_wide: tuple[tuple[ChannelKind, str], ...],
    ) -> None:
        self._channels = dict(channels)
        #: The addresses of the whole campus: the staff group, a mailbox, a robot, a webhook.
        self.campus_wide = campus_wide

    def get(self, kind: ChannelKind) -> Channel | None:
        """Return the channel, or None when its kind is not set up."""
        return self._channels.get(kind)

    def close(self) -> None:
        """Close the connections that are kept open."""
        for channel in self._channels.values():
            if isinstance(channel, _KeepsOpen):
                channel.close()


def make_channels(settings: Settings, *, redis_url: str | None, loop: LoopThread) -> StaffChannels:
    """Return every channel that is set up. Nothing is asked of anybody before the first page."""
    return StaffChannels(
        dict(_channels(settings, redis_url, loop)), campus_wide=tuple(campus_wide(settings))
    )


def silent_channels(settings: Settings) -> StaffChannels:
    """Return channels for a process that does not page: it knows of others, and has none."""
    return StaffChannels({}, campus_wide=tuple(campus_wide(settings)))


def campus_wide(settings: Settings) -> Iterator[tuple[ChannelKind, str]]:
    """Yield the addresses that belong to the whole campus."""
    if settings.staff_telegram_chat is not None:
        yield ChannelKind.TELEGRAM, settings.staff_telegram_chat
    if settings.staff_wecom_key is not None:
        yield ChannelKind.WECOM, settings.staff_wecom_key.get_secret_value()
    if settings.staff_email is not None:
        yield ChannelKind.EMAIL, settings.staff_email
    if settings.staff_webhook_url is not None:
        yield ChannelKind.WEBHOOK, settings.staff_webhook_url.get_secret_value()


def usable_kinds(settings: Settings) -> frozenset[ChannelKind]:
    """Return the kinds that can carry a page; a WeCom robot's key is all it needs."""
    set_up = {
        ChannelKind.WECOM: True,
        ChannelKind.TELEGRAM: settings.staff_telegram_token is not None,
        ChannelKind.WECOM_APP: settings.wecom_secret is not None,
        ChannelKind.EMAIL: settings.smtp_host is not None,
        ChannelKind.WEBHOOK: settings.staff_webhook_secret is not None,
    }
    return frozenset(kind for kind, is_set_up in set_up.items() if is_set_up)


def _channels(
    settings: Settings, redis_url: str | None, loop: LoopThread
) -> Iterator[tuple[ChannelKind, Channel]]:
    # HTTP and Telegram clients take most of a second to load: only processes that page pay.
    from infra.pagers.wecom import wecom_channel  # noqa: PLC0415

    yield ChannelKind.WECOM, wecom_channel(settings, redis_url=redis_url, loop=loop)
    usable = usable_kinds(settings)
    if ChannelKind.TELEGRAM in usable:
        from infra.pagers.telegram import telegram_channel  # noqa: PLC0415

        yield ChannelKind.TELEGRAM, telegram_channel(settings, redis_url=redis_url, loop=loop)
    if ChannelKind.WECOM_APP in usable:
        from infra.pagers.wecom_app import wecom_app_channel  # noqa: PLC0415

        yield ChannelKind.WECOM_APP, wecom_app_channel(settings, redis_url=redis_url, loop=loop)
    if ChannelKind.EMAIL in usable:
        from infra.pagers.email import email_channel  # noqa: PLC0415

        yield ChannelKind.EMAIL, email_channel(settings)
    if ChannelKind.WEBHOOK in usable:
        from infra.pagers.webhook import webhook_channel  # noqa: PLC0415

        yield ChannelKind.WEBHOOK, webhook_channel(settings, loop=loop)
