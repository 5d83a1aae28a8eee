"""A page by e-mail, through the campus's own mail server."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from typing import Final, Literal

from companion.ports import PageText, Refused, RetryLater, Uncertain
from companion.staff.addresses import is_email
from infra.settings import Settings

#: For one call to the server, and for the whole letter (seconds).
CALL_TIMEOUT: Final = 10.0
DEADLINE: Final = 20.0
#: Servers that say "later" (4xx) often mean minutes; a page cannot wait so long.
SOON: Final = timedelta(seconds=5)

_CALMEST: Final = 78  # letters of a subject; more is cut on phones anyway


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters are handed in, and in whose name."""

    host: str
    port: int
    sender: str = field(repr=False)
    encryption: Literal["starttls", "tls", "none"]
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


class EmailChannel:
    """Writes letters; implements companion.ports.Channel."""

    def __init__(
        self,
        server: MailServer,
        *,
        trust: ssl.SSLContext | None = None,
        timeout: float = CALL_TIMEOUT,
        deadline: float = DEADLINE,
    ) -> None:
        """Hand letters in at `server`; `trust` decides which certificates are believed."""
        self._server = server
        self._trust = trust or ssl.create_default_context()
        self._timeout = timeout
        self._deadline = deadline

    def page(self, address: str, text: PageText) -> None:
        """Hand in one letter.

        Raises RetryLater, Refused or Uncertain.
        """
        if not is_email(address):
            raise Refused("bad_address", unreachable=True)
        letter = _letter(self._server.sender, address, text)
        until = time.monotonic() + self._deadline
        with self._line(until) as line:
            with _meanings():
                _taken(line.mail(parseaddr(self._server.sender)[1]))
                _within(line, until)
                _taken(line.rcpt(address), of_address=True)
                _within(line, until)
            with _doubts():
                _taken(line.data(letter))

    def check(self) -> None:
        """Sign in and leave again.

        Raises RetryLater or Refused, which say why no letter could be handed in.
        """
        with self._line(time.monotonic() + self._deadline):
            pass

    @contextmanager
    def _line(self, until: float) -> Iterator[smtplib.SMTP]:
        """Open a line to the server and sign in."""
        with _meanings():
            line = self._connected()
        try:
            with _meanings():
                self._signed_in(line, until)
            yield line
        finally:
            with suppress(smtplib.SMTPException, OSError):
                line.quit()
            line.close()

    def _connected(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        # Without a name of ours the library would ask the resolver for one, and may hang there.
        name = parseaddr(self._server.sender)[1].rpartition("@")[2]
        if self._server.encryption == "tls":
            return smtplib.SMTP_SSL(
                host, port, local_hostname=name, timeout=self._timeout, context=self._trust
            )
        return smtplib.SMTP(host, port, local_hostname=name, timeout=self._timeout)

    def _signed_in(self, line: smtplib.SMTP, until: float) -> None:
        line.ehlo_or_helo_if_needed()
        if self._server.encryption == "starttls":
            if not line.has_extn("starttls"):
                raise Refused("no_tls", unreachable=False)
            _within(line, until)
            line.starttls(context=self._trust)
            line.ehlo()
        if self._server.user and self._server.password:
            _within(line, until)
            line.login(self._server.user, self._server.password)
        _within(line, until)


def email_channel(settings: Settings) -> EmailChannel:
    """Return the channel; needs `smtp_host` and `smtp_from`."""
    password = settings.smtp_password
    return EmailChannel(
        MailServer(
            host=settings.smtp_host or "",
            port=settings.smtp_port,
            sender=settings.smtp_from or "",
            encryption=settings.smtp_tls,
            user=settings.smtp_user,
            password=password.get_secret_value() if password else None,
        )
    )


def _letter(sender: str, address: str, text: PageText) -> bytes:
    letter = EmailMessage(policy=SMTP)
    try:
        letter["From"] = sender
        letter["To"] = address
        # A subject is one line, whatever it was made of.
        letter["Subject"] = " ".join(text.subject.split())[:_CALMEST]
    except (ValueError, IndexError):
        raise Refused("bad_address", unreachable=True) from None
    letter["Date"] = formatdate(localtime=False)
    letter["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    letter["Importance"] = "high"
    # Nobody's holiday notice shall answer a page (RFC 3834).
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(f"{text.body}\n\n{text.url}\n" if text.url else f"{text.body}\n")
    return letter.as_bytes()


def _within(line: smtplib.SMTP, until: float) -> None:
    """Let the next call to the server take what is left until the deadline at most."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if line.sock is not None:
        line.sock.settimeout(min(left, line.timeout))


def _taken(answer: tuple[int, bytes], *, of_address: bool = False) -> None:
    """Raise what the server's answer means, unless it is a yes."""
    meaning = _meaning_of(answer[0], of_address=of_address)
    if meaning is not None:
        raise meaning


def _meaning_of(code: int, *, of_address: bool = False) -> Exception | None:
    match code // 100:  # RFC 5321: the first digit tells
        case 2:
            return None
        case 4:
            return RetryLater(SOON)
        case 5:
            return Refused(f"smtp_{code}", unreachable=of_address)
        case _:
            return smtplib.SMTPServerDisconnected("an answer that is none")


@contextmanager
def _meanings() -> Iterator[None]:
    """Say what a failure means before the letter was handed over: nothing was sent.

    `from None` throughout: servers quote addresses.
    """
    try:
        yield
    except smtplib.SMTPAuthenticationError:
        raise Refused("not_signed_in", unreachable=False) from None
    except smtplib.SMTPResponseException as error:
        meaning = _meaning_of(error.smtp_code)
        raise (meaning if isinstance(meaning, Refused) else RetryLater(SOON)) from None
    except smtplib.SMTPServerDisconnected:
        raise RetryLater(SOON) from None
    except (smtplib.SMTPException, UnicodeError):
        raise Refused("not_supported", unreachable=False) from None
    except ssl.SSLCertVerificationError:
        raise Refused("bad_certificate", unreachable=False) from None
    except ssl.SSLError:
        raise Refused("no_tls", unreachable=False) from None
    except OSError:
        raise RetryLater(SOON) from None


@contextmanager
def _doubts() -> Iterator[None]:
    """Say what a failure means while the letter is handed over: sent or not, nobody knows."""
    try:
        yield
    except smtplib.SMTPDataError as error:
        meaning = _meaning_of(error.smtp_code)
        known = isinstance(meaning, Refused | RetryLater)
        raise (meaning if known and meaning else _doubt()) from None
    except (smtplib.SMTPException, OSError):
        raise _doubt() from None


def _doubt() -> Uncertain:
    return Uncertain("the line broke while the letter was handed over")
