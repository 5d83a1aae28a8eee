"""Sealing: AES-256-GCM with a key per student, each wrapped by a master key (law 9).

A sealed value is bound to the row and field it stands in, so that nobody with access to
the database can move one student's words into another's talk. Destroying a student's key
makes all that was sealed with it unreadable, in replicas and backups as well.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from companion.errors import NuanyuError
from infra.settings import Settings, SettingsError

KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D recommends 96 bits
_CACHED_KEYS = 10_000


class Unreadable(NuanyuError):
    """A sealed value cannot be opened: its key is gone, or it was tampered with."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A key that wraps students' keys; its name travels with what it wrapped."""

    name: str
    secret: bytes = field(repr=False)

    @classmethod
    def fresh(cls, name: str) -> MasterKey:
        """Make a new random key."""
        return cls(name, os.urandom(KEY_BYTES))

    def __str__(self) -> str:
        """Return the `name:base64` form that settings and key files hold."""
        return f"{self.name}:{base64.b64encode(self.secret).decode()}"


def parse_master_keys(text: str) -> tuple[MasterKey, ...]:
    """Read `name:base64` keys, comma- or line-separated, the newest first.

    Raises SettingsError for a key that is not 32 bytes, a doubled name, or none at all.
    """
    keys = tuple(
        _parse_key(part.strip()) for part in text.replace("\n", ",").split(",") if part.strip()
    )
    if not keys:
        raise SettingsError("NUANYU_MASTER_KEYS holds no key: run `nuanyu keys new` to make one")
    if len({key.name for key in keys}) != len(keys):
        raise SettingsError("NUANYU_MASTER_KEYS names one key twice: give each its own name")
    return keys


def _parse_key(text: str) -> MasterKey:
    name, colon, encoded = text.partition(":")
    try:
        secret = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        secret = b""
    if not (name and colon and len(secret) == KEY_BYTES):
        raise SettingsError(
            "NUANYU_MASTER_KEYS: each key is name:base64 of 32 bytes; run `nuanyu keys new`"
        )
    return MasterKey(name, secret)


class KeyRing:
    """The master keys in use; re-reads its file when another process rotated it."""

    def __init__(self, keys: tuple[MasterKey, ...], *, file: Path | None = None) -> None:
        self._keys = keys
        self._file = file

    @classmethod
    def from_settings(cls, settings: Settings) -> KeyRing:
        """Take the keys from the setting, else from `data_dir`, made at the first start."""
        if settings.master_keys:
            return cls(parse_master_keys(settings.master_keys.get_secret_value()))
        file = settings.data_dir / "keys" / "master.keys"
        if not file.exists():
            write_key_file(file, (MasterKey.fresh("first"),))
        return cls(parse_master_keys(file.read_text()), file=file)

    @property
    def file(self) -> Path | None:
        """The file the keys come from; None when they come from the environment."""
        return self._file

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the keys, the newest first."""
        self._reload()
        return tuple(key.name for key in self._keys)

    def wrap(self, key: bytes, *, bound_to: bytes) -> tuple[str, bytes]:
        """Seal a key with the newest master key; return that key's name and the sealed bytes."""
        newest = self._keys[0]
        return newest.name, _seal(newest.secret, key, bound_to)

    def unwrap(self, name: str, wrapped: bytes, *, bound_to: bytes) -> bytes:
        """Open a wrapped key. Raises Unreadable when the master key is not (or no longer) here."""
        secret = self._secret(name)
        if secret is None:
            self._reload()
            secret = self._secret(name)
        if secret is None:
            raise Unreadable(f"master key {name!r} is missing: put it back into the key ring")
        return _open(secret, wrapped, bound_to)

    def _secret(self, name: str) -> bytes | None:
        return next((key.secret for key in self._keys if key.name == name), None)

    def _reload(self) -> None:
        if self._file is not None:
            self._keys = parse_master_keys(self._file.read_text())


def write_key_file(file: Path, keys: tuple[MasterKey, ...]) -> None:
    """Write master keys so that only the owner may read them; never a half-written file."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text("".join(f"{key}\n" for key in keys))
    part.replace(file)


class Sealer:
    """Seals and opens the words of one student."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, text: str, *, place: str) -> bytes:
        """Seal a text for one place (`table.field:row id`)."""
        return _seal(self._key, text.encode("utf-8", "surrogatepass"), place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        """Open what was sealed for this place. Raises Unreadable for any other."""
        return _open(self._key, sealed, place.encode()).decode("utf-8", "surrogatepass")


class Sealers:
    """Opens students' keys and remembers the most recent ones. Safe to share between threads."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self._cache: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()
        self._lock = Lock()

    def fresh(self, owner: str) -> tuple[str, bytes, Sealer]:
        """Make a key for a new owner; return master key name, wrapped key and its sealer."""
        key = os.urandom(KEY_BYTES)
        name, wrapped = self.ring.wrap(key, bound_to=owner.encode())
        return name, wrapped, Sealer(key)

    def of(self, owner: str, name: str, wrapped: bytes) -> Sealer:
        """Return the sealer for a stored key."""
        with self._lock:
            key = self._cache.get((owner, wrapped))
            if key is not None:
                self._cache.move_to_end((owner, wrapped))
        if key is None:
            key = self.ring.unwrap(name, wrapped, bound_to=owner.encode())
            with self._lock:
                self._cache[owner, wrapped] = key
                while len(self._cache) > _CACHED_KEYS:
                    self._cache.popitem(last=False)
        return Sealer(key)

    def rewrap(self, owner: str, name: str, wrapped: bytes) -> tuple[str, bytes]:
        """Wrap a stored key anew with the newest master key."""
        key = self.ring.unwrap(name, wrapped, bound_to=owner.encode())
        return self.ring.wrap(key, bound_to=owner.encode())


def fingerprint(key: bytes, *parts: str) -> str:
    """Return a keyed hash under which an identity is looked up; useless without the key."""
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def _seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _open(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):
        raise Unreadable from None
