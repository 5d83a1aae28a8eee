"""One student's data, for campus IT acting on the student's request."""

from __future__ import annotations

import secrets
from pathlib import Path

import typer

from companion.errors import BadInput
from companion.flows.export import export_file
from companion.messages import Platform
from companion.people.student import Account
from infra.services import Parts, Role, build
from infra.settings import Settings


def export_student(settings: Settings, platform: str, sender: str, *, out: Path) -> None:
    """Write a student's data. Raises BadInput for an unknown student or an existing file."""
    if out.exists():
        raise BadInput(f"{out} exists already: choose another name with --out")
    parts = build(settings, role=Role())
    account = _find(parts, platform, sender)
    out.touch(mode=0o600)
    out.write_bytes(export_file(account.student_id, services=parts.services))
    typer.echo(f"Written to {out}.")


def erase_student(settings: Settings, platform: str, sender: str) -> None:
    """Erase a student. Raises BadInput for an unknown one."""
    parts = build(settings, role=Role())
    account = _find(parts, platform, sender)
    code = secrets.token_hex(6).upper()
    with parts.store.transaction() as tx:
        counts = tx.students.erase(
            account.student_id, code=code, campus=parts.campus, now=parts.services.clock.now()
        )
    erased = ", ".join(f"{number} {what}" for what, number in counts.items())
    typer.echo(f"Erased: {erased}. Receipt {code}.")


def _find(parts: Parts, platform: str, sender: str) -> Account:
    known = {one.value: one for one in Platform}
    if platform not in known:
        raise BadInput(f"no such platform: {platform}; use one of {', '.join(known)}")
    with parts.store.reading() as tx:
        account = tx.students.find_account(known[platform], sender)
    if account is None:
        raise BadInput("no such student; give the id the platform uses for them")
    return account
