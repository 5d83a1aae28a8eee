"""A drawer for the worst minute: what at-risk students write while the database is away.

They were answered with the card already; their words wait here, sealed, until there is a
database to commit them to. Everything else is refused, so that the platform repeats it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import structlog

from companion.language import Language
from companion.messages import Inbound, InboundKind, Platform
from infra.vault import KeyRing, Unreadable

log = structlog.get_logger(__name__)


class Spool:
    """Sealed files in the data directory, one per message."""

    def __init__(self, folder: Path, ring: KeyRing) -> None:
        self._folder = folder
        self._ring = ring

    def add(self, inbound: Inbound) -> None:
        """Put one message away. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = uuid4().hex
        content = {**asdict(inbound), "sent_at": inbound.sent_at.isoformat()}
        master, sealed = self._ring.wrap(json.dumps(content).encode(), bound_to=name.encode())
        part = self._folder / f"{name}.part"
        part.touch(mode=0o600)
        part.write_bytes(master.encode() + b"\n" + sealed)
        part.replace(self._folder / f"{name}.sealed")

    def waiting(self) -> Iterator[tuple[Path, Inbound]]:
        """Yield what waits; the caller deletes each file once its row is committed."""
        for file in sorted(self._folder.glob("*.sealed")):
            try:
                master, _, sealed = file.read_bytes().partition(b"\n")
                plain = self._ring.unwrap(master.decode(), sealed, bound_to=file.stem.encode())
            except Unreadable:
                log.error("spool_unreadable", file=file.name)  # noqa: TRY400 - nothing more to say
                continue
            content = json.loads(plain)
            language = content["language"]
            yield (
                file,
                Inbound(
                    **{
                        **content,
                        "platform": Platform(content["platform"]),
                        "kind": InboundKind(content["kind"]),
                        "language": Language(language) if language else None,
                        "sent_at": datetime.fromisoformat(content["sent_at"]),
                    }
                ),
            )
