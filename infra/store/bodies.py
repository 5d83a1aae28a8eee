"""What an outbound row holds: sealed JSON with the text and its buttons."""

from __future__ import annotations

import json
from uuid import UUID

from companion.messages import Choice, Outbound, OutboundKind, OutboundState, Platform
from infra.store.tables import OutboundRow
from infra.vault import Sealer


def seal_body(
    sealer: Sealer, outbound_id: UUID, text: str, choices: tuple[Choice, ...] = ()
) -> bytes:
    """Seal a text with its buttons for one row."""
    body = {"text": text, "choices": [[c.label, c.value, c.url] for c in choices]}
    return sealer.seal(json.dumps(body), place=f"outbound.body:{outbound_id}")


def open_body(sealer: Sealer, row: OutboundRow) -> tuple[str, tuple[Choice, ...]]:
    """Open the text and the buttons of a row."""
    body = json.loads(sealer.open(row.body, place=f"outbound.body:{row.id}"))
    return body["text"], tuple(Choice(*choice) for choice in body["choices"])


def read_row(sealer: Sealer, row: OutboundRow) -> Outbound:
    """Return a row in the rules' own words."""
    text, choices = open_body(sealer, row)
    return Outbound(
        id=row.id,
        student_id=row.student_id,
        account_id=row.account_id,
        seq=row.seq,
        platform=Platform(row.platform),
        kind=OutboundKind(row.kind),
        state=OutboundState(row.state),
        text=text,
        choices=choices,
        created_at=row.created_at,
        parts_sent=row.parts_sent,
        attempts=row.attempts,
    )
