"""A page into a Telegram chat: a person's, or the staff group's, from the staff's own bot."""

from __future__ import annotations

from typing import Final

from companion.messages import OutboundState
from companion.ports import PageText, Part
from infra.senders.limits import Rates, SendLimiter
from infra.senders.loop import LoopThread
from infra.senders.telegram import TelegramSender
from infra.settings import Settings

#: Telegram takes 20 messages a minute into one group; a group and a person are told apart by
#: nothing but their number, so both get this. To all chats together: below Telegram's 30 a second.
RATES: Final = Rates(total=5, chat=0.3)
#: What stands at a counsellor's message: Telegram takes its own few emoji only, no tick.
SIGNS: Final = {OutboundState.SENT: "👌", OutboundState.REFUSED: "👎"}
WAITING: Final = "👀"
#: A page that would wait longer for its turn goes back, so that another way may be tried (seconds).
PATIENCE: Final = 4.0


class TelegramChannel:
    """Writes pages into chats; implements companion.ports.Channel."""

    def __init__(self, sender: TelegramSender) -> None:
        self._sender = sender

    def page(self, address: str, text: PageText) -> None:
        """Write one page, its buttons under it, into the chat with this id.

        Raises RetryLater, Refused or Uncertain. The link stands in the text: Telegram refuses
        buttons that lead to an address of the campus alone.
        """
        words = f"{text.body}\n{text.url}" if text.url else text.body
        *before, last = self._sender.parts(words, markdown=False)
        for part in before:
            self._sender.send(address, part, choices=())
        self._sender.send(address, last, choices=text.buttons)

    def mark(self, address: str, *, message_id: int, state: OutboundState, words: str) -> None:
        """Put the sign of its state to a message; what did not arrive is said in words as well.

        Where there are no signs only the last word is said. Raises RetryLater, Refused, Uncertain.
        """
        has_sign = self._sender.react(address, message_id, SIGNS.get(state, WAITING))
        if state is OutboundState.REFUSED or (state in SIGNS and not has_sign):
            self._sender.answer(address, Part(words), to=message_id)

    def close(self) -> None:
        """Close the connections to Telegram."""
        self._sender.close()


def telegram_channel(
    settings: Settings, *, redis_url: str | None, loop: LoopThread
) -> TelegramChannel:
    """Return the channel; needs `staff_telegram_token`."""
    secret = settings.staff_telegram_token
    token = secret.get_secret_value() if secret else ""
    return TelegramChannel(
        TelegramSender(
            token,
            api_url=str(settings.telegram_api_url),
            # A lane of its own: a page never queues behind what counsellors write to each other.
            limiter=SendLimiter(
                redis_url=redis_url, secret=token, rates=RATES, lane="pages", patience=PATIENCE
            ),
            loop=loop,
        )
    )
