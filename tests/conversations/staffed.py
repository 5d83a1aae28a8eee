"""A campus with staff: counsellors with a Telegram chat of their own, and students at risk."""

from __future__ import annotations

from uuid import UUID

from companion.language import Language
from companion.staff.cases import Case
from companion.staff.people import ChannelKind, Role, Staff
from tests.fakes.campus import FakeCampus

CRISIS = {
    Language.ZH: "我不想活了，今晚就想结束这一切",
    Language.EN: "I want to kill myself tonight",
}


def employ(
    campus: FakeCampus,
    login: str = "li",
    *,
    name: str = "李老师",
    role: Role = Role.COUNSELLOR,
    language: Language = Language.ZH,
    chat: str | None = "501",
) -> Staff:
    """Make an account with a private Telegram chat."""
    now = campus.clock.now()
    with campus.store.transaction() as tx:
        staff = tx.members.add(login=login, name=name, role=role, language=language, now=now)
        if chat is not None:
            tx.members.add_channel(staff.id, ChannelKind.TELEGRAM, chat, now=now)
    return staff


def worry(campus: FakeCampus, text: str = CRISIS[Language.ZH], *, sender: str = "u1") -> Case:
    """Let a student say something alarming; returns the case."""
    campus.says(text, sender=sender)
    case = case_of(campus, sender=sender)
    assert case is not None
    return case


def case_of(campus: FakeCampus, *, sender: str = "u1") -> Case | None:
    """Return the open case of a student."""
    with campus.store.reading() as tx:
        return tx.cases.open_of(_student(campus, sender))


def reload(campus: FakeCampus, case: Case) -> Case:
    """Return a case as it stands now."""
    with campus.store.reading() as tx:
        return tx.cases.get(case.id)


def to_counsellor(campus: FakeCampus, chat: str = "501") -> list[str]:
    """Return what reached a counsellor's private chat."""
    return [text.body for address, text in campus.channels.telegram.sent if address == chat]


def audited(campus: FakeCampus, case: Case) -> list[str]:
    """Return what the log says was done in a case."""
    with campus.store.reading() as tx:
        return [entry.action for entry in tx.audit.of_case(case.id)]


def _student(campus: FakeCampus, sender: str) -> UUID:
    with campus.store.reading() as tx:
        account = tx.students.find_account("telegram", sender)
    assert account is not None
    return account.student_id
