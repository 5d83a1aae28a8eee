"""A campus's mail server: aiosmtpd with a certificate of its own making.

with MailServer() as server:              # STARTTLS and a password
    server.refuses("rcpt", "550 no such user")
    ...point the code under test at server.port...
    server.letters[-1].get_content()
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.senders.loop import LoopThread

Encryption = Literal["starttls", "tls", "none"]
USER, PASSWORD = "nuanyu", "a-made-up-password"


class MailServer:
    """Keeps the letters it is handed; each step can be told to refuse, or to hang."""

    def __init__(self, encryption: Encryption = "starttls", *, knows_us: bool = True) -> None:
        self.letters: list[EmailMessage] = []
        self.logins: list[str] = []
        self._lines: list[SMTP] = []
        self._knows_us = knows_us
        self._answers: dict[str, str] = {}
        self._hangs: dict[str, float] = {}
        context = certificate()
        self._options: dict[str, Any] = {"authenticator": self._authenticate}
        if encryption == "starttls":
            self._options |= {"tls_context": context, "require_starttls": True}
        else:  # aiosmtpd does not see that it is spoken to through TLS
            self._options |= {"auth_require_tls": False}
        self._tls = context if encryption == "tls" else None
        self._loop = LoopThread()
        self._server: asyncio.AbstractServer | None = None

    def __enter__(self) -> Self:
        self._server = self._loop.run(self._start(), timeout=10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._stop(), timeout=10)
        self._loop.close()

    async def _start(self) -> asyncio.AbstractServer:
        loop = asyncio.get_running_loop()
        return await loop.create_server(self._answering, "127.0.0.1", 0, ssl=self._tls)

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for smtp in self._lines:
            if smtp.transport is not None:
                smtp.transport.abort()
        await asyncio.sleep(0)

    def _answering(self) -> SMTP:
        smtp = SMTP(
            self, hostname="mail.example.edu", loop=asyncio.get_running_loop(), **self._options
        )
        self._lines.append(smtp)
        return smtp

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def refuses(self, step: str, answer: str) -> None:
        """Answer a step ("mail", "rcpt", "data") like this from now on."""
        self._answers[step] = answer

    def hangs(self, step: str, seconds: float) -> None:
        self._hangs[step] = seconds

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._said("mail")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._said("rcpt")

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        answer = await self._said("data")
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            letter = message_from_bytes(content, policy=policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
        return answer

    async def _said(self, step: str) -> str:
        await asyncio.sleep(self._hangs.get(step, 0))
        return self._answers.get(step, "250 OK")

    def _authenticate(
        self, _: SMTP, __: Session, ___: Envelope, ____: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append(data.login.decode())
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=self._knows_us and right, handled=False)


def trusting() -> ssl.SSLContext:
    """Return a context that believes this server's certificate."""
    return ssl.create_default_context(cafile=str(_files()))


def certificate() -> ssl.SSLContext:
    """Return what the server shows."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(_files())
    return context


@cache
def _files() -> Path:
    """Write key and certificate of 127.0.0.1 into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = Path(tempfile.mkdtemp()) / "mail.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
