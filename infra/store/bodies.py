"""What an outbound row holds: sealed JSON with the text and its buttons."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from companion.messages import Choice, Outbound, OutboundKind, OutboundState, Platform
from companion.store import Draft
from infra.store.tables import OutboundRow
from infra.vault import Sealer


def seal_body(
    sealer: Sealer,
    outbound_id: UUID,
    text: str,
    choices: tuple[Choice, ...] = (),
    *,
    picture: str = "",
) -> bytes:
    """Seal a text with its buttons, and what its picture shows, for one row."""
    body: dict[str, Any] = {"text": text, "choices": [_as_json(choice) for choice in choices]}
    if picture:
        body["picture"] = picture
    return sealer.seal(json.dumps(body), place=f"outbound.body:{outbound_id}")


def seal_draft(sealer: Sealer, outbound_id: UUID, draft: Draft) -> bytes:
    """Seal everything that a draft says."""
    return seal_body(sealer, outbound_id, draft.text, draft.choices, picture=draft.picture)


def open_body(sealer: Sealer, row: OutboundRow) -> tuple[str, tuple[Choice, ...]]:
    """Open the text and the buttons of a row."""
    body = _opened(sealer, row)
    return body["text"], tuple(_from_json(*choice) for choice in body["choices"])


def _opened(sealer: Sealer, row: OutboundRow) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(sealer.open(row.body, place=f"outbound.body:{row.id}"))
    return body


def _as_json(choice: Choice) -> list[object]:
    bare: list[object] = [choice.label, choice.value, choice.url]
    return [*bare, choice.pace] if choice.pace else bare


def _from_json(
    label: str, value: str, url: str | None, pace: Sequence[tuple[str, int]] = ()
) -> Choice:
    return Choice(label, value, url, tuple((said, seconds) for said, seconds in pace))


def read_row(sealer: Sealer, row: OutboundRow) -> Outbound:
    """Return a row in the rules' own words."""
    body = _opened(sealer, row)
    return Outbound(
        id=row.id,
        student_id=row.student_id,
        account_id=row.account_id,
        seq=row.seq,
        platform=Platform(row.platform),
        kind=OutboundKind(row.kind),
        state=OutboundState(row.state),
        text=body["text"],
        choices=tuple(_from_json(*choice) for choice in body["choices"]),
        picture=body.get("picture", ""),
        created_at=row.created_at,
        parts_sent=row.parts_sent,
        attempts=row.attempts,
        not_before=row.not_before,
    )
