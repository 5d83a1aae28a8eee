"""Passwords and second factors of staff: argon2 hashes, one-time passwords, six-digit codes."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 12  # characters
LONGEST_PASSWORD = 200  # characters; more would only keep the processor busy
#: How long a password that somebody else chose may be used.
ONCE_FOR = timedelta(days=7)
_FEWEST_LETTERS = 5  # different ones
_ONCE = "once "
_STEP = 30  # seconds a code lives (RFC 6238)
#: No l, 1, o, 0: it is read from a slip of paper.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_ONCE_LENGTH = 16
_hasher = PasswordHasher()
#: What an unknown login is checked against, so that it takes as long as a known one.
_NOBODYS = _hasher.hash(secrets.token_urlsafe())


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking a password."""

    ok: bool
    #: A new hash to keep, when the one that is kept was made with older parameters.
    rehashed: str | None = field(default=None, repr=False)


def hash_password(password: str, *, once_until: datetime | None = None) -> str:
    """Return what is kept of a password.

    With `once_until` it opens nothing but the page where its bearer chooses another, until then.
    """
    hashed = _hasher.hash(password)
    return hashed if once_until is None else f"{_ONCE}{once_until.isoformat()} {hashed}"


def check_password(kept: str | None, password: str, *, now: datetime) -> Checked:
    """Check a password against what is kept; takes as long when nothing is kept."""
    until, hashed = _parts(kept)
    try:
        _hasher.verify(hashed or _NOBODYS, password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return Checked(ok=False)
    if not hashed or (until is not None and now >= until):
        return Checked(ok=False)
    is_old = until is None and _hasher.check_needs_rehash(hashed)
    return Checked(ok=True, rehashed=_hasher.hash(password) if is_old else None)


def is_once(kept: str | None) -> bool:
    """Whether the kept password was chosen by somebody else and must be replaced."""
    return kept is not None and kept.startswith(_ONCE)


def new_password() -> str:
    """Make a one-time password that can be read out: four groups of four."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_ONCE_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, _ONCE_LENGTH, 4))


def password_fault(password: str, *, login: str) -> str | None:
    """Return what is wrong with a new password: "short", "long", "simple", "login"; None: fine."""
    if len(password) < SHORTEST_PASSWORD:
        return "short"
    if len(password) > LONGEST_PASSWORD:
        return "long"
    if login.lower() in password.lower():
        return "login"
    return "simple" if len(set(password.lower())) < _FEWEST_LETTERS else None


def new_totp_secret() -> str:
    """Make a secret for an authenticator app (base32, 160 bits)."""
    return pyotp.random_base32()


def totp_address(secret: str, *, login: str, issuer: str) -> str:
    """Return the otpauth:// address that an authenticator app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def totp_step(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the step (30 s since 1970) that a six-digit code belongs to; None when it is wrong.

    A clock that is one step off is forgiven. The caller sees to it that a step is used once.
    """
    given, present = "".join(code.split()), int(now.timestamp()) // _STEP
    one_time = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(one_time.generate_otp(step).encode(), given.encode()):
            return step
    return None


def _parts(kept: str | None) -> tuple[datetime | None, str]:
    if kept is None or not is_once(kept):
        return None, kept or ""
    until, _, hashed = kept.removeprefix(_ONCE).partition(" ")
    return datetime.fromisoformat(until), hashed
