"""A whole talk in which every word is marked; prints all that a process may leave behind.

Run by test_privacy.py in a process of its own: its output is then everything that was logged,
warned about or raised, whoever wrote it.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import text

from bot.intake import WebIntake
from companion.errors import ModelTimeout
from companion.flows.case_work import claim
from companion.flows.export import export_file
from companion.flows.relay import close_relay, open_relay, say_to_student
from companion.flows.remind_of import About, remind_of
from companion.jobs import Job
from companion.language import Language
from companion.messages import Inbound, InboundKind, Platform
from companion.people.wishes import EVERY_DAY, Pattern
from companion.ports import Refused, RetryLater, Uncertain
from companion.staff.people import ChannelKind, Role
from companion.store.relays import chat_key
from infra.llm import Endpoint
from infra.logs import configure_logs
from infra.opinion.bounded import Bounded
from infra.opinion.llm import LlmReader
from infra.redaction import TalkMask
from infra.spool import Spool
from infra.tally import Tally
from tests.fakes.campus import FakeCampus
from tests.fakes.model_server import ModelServer
from tests.fakes.scripted_model import ScriptedModel

#: In everything the student and the model say.
MARK = "蔷薇Qzvwx"
SENDER = "5550417731"
#: Printed last; without it the talk broke off.
END = "the talk is over"
_GROUP = "staff-group"
_OPINION = f'{{"level": "watch", "note": "{MARK}"}}'


class _Told:
    """A RecordedJobs that prints what would be put on a queue."""

    def __init__(self, campus: FakeCampus) -> None:
        self._send = campus.jobs.send

    def __call__(self, job: Job, *ids: object, after: float = 0.0) -> bool:
        print("job", job, *ids)
        return self._send(job, *ids, after=after)


def main() -> None:
    """Talk, and print what may be left behind."""
    configure_logs("DEBUG", process="marked")
    logging.getLogger().setLevel(logging.DEBUG)  # noqa: TID251 - libraries too may say all they like
    structlog.get_logger().debug("marked_talk_begins")
    with tempfile.TemporaryDirectory() as folder:
        with ModelServer() as server:
            server.answers(f"{MARK}？", _OPINION, f"{{{MARK}", _OPINION)
            reader = LlmReader(Endpoint(root=server.url), masks=TalkMask)
            opinion = Bounded(reader, seconds=20)
            _all_is_well(FakeCampus(_folder(folder, "a"), model=_model(), opinion=opinion))
        _things_break(FakeCampus(_folder(folder, "b"), model=_model()))
        _the_database_breaks(FakeCampus(_folder(folder, "c")))
    print(END)


def _folder(parent: str, name: str) -> Path:
    folder = Path(parent, name)
    folder.mkdir()
    return folder


def _model() -> ScriptedModel:
    answer = [f"{MARK}，听起来很累。", f"说到{MARK}，", "最难的是哪一刻？"]
    return ScriptedModel(
        answer, answer, [*answer[:1], ModelTimeout("late")], [ModelTimeout("late")]
    )


def _open(campus: FakeCampus) -> FakeCampus:
    campus.jobs.send = _Told(campus)  # type: ignore[method-assign]
    campus.onboard(sender=SENDER)
    return campus


def _all_is_well(campus: FakeCampus) -> None:
    campus.services = replace(campus.services, holds_questions=True, reflector=_model())
    _open(campus)
    _is_asked(campus)
    for line in (
        f"我和{MARK}吵架了，一直睡不着",
        f"记住：我的猫叫{MARK}",
        "/memory",
        f"/nonsense {MARK}",
        f"/language {MARK}",
        f"/memory forget {MARK}",
        f"/again {MARK}",
        "/mood 2",
        "/mood line",
        f"{MARK}三点还在吵",
        f"/mood {MARK}",
        "/mood chart",
        "/exercise thought-record now",
        f"周三的组会上，{MARK}一句话也没说",
        f"/exercise {MARK} 3 say {MARK}",
        "/exercise box-breathing now",
        *("7", "继续", "方块：四段都四秒", "开始"),
        f"/game {MARK}",
        "/journal",
        f"{MARK}又没回我，肯定是讨厌我了",
        "写完了",
        "/journal look",
        "我不想活了",
        f"有，总觉得在{MARK}面前硬撑，谁都看不出来",
        f"我不想活了，今晚就结束，{MARK}",
        f"还是很难受，{MARK}",
        "/privacy",
        "/human",
        "/export",
        "/pause 7",
        "/stop",
    ):
        campus.says(line, sender=SENDER)
    _a_person_comes(campus)
    campus.says(f"改过的{MARK}", sender=SENDER, kind=InboundKind.EDIT)
    campus.says(MARK, sender=SENDER, kind=InboundKind.STICKER)
    for number in range(20):
        campus.says(f"第{number}天，{MARK}还是没理我", sender=SENDER)
    student_id = campus.arrives("嗯", sender=SENDER).student_id
    export_file(student_id, services=campus.services)
    campus.run()
    campus.says("/delete confirm", sender=SENDER, kind=InboundKind.CHOICE)
    campus.jobs.send(Job.PURGE)
    campus.run()
    _close(campus)


def _is_asked(campus: FakeCampus) -> None:
    campus.says("每天晚上十点问我", sender=SENDER)
    student_id = campus.arrives(f"/remind {MARK}", sender=SENDER).student_id
    about = About(key=f"step:{MARK}", what=f"给{MARK}回个消息")
    with campus.store.transaction() as tx:
        now = campus.clock.now()
        pattern = Pattern(EVERY_DAY, 22 * 60)
        remind_of(tx, student_id, about, pattern, campus=campus.campus, now=now)
    for fault in ([Refused("bad_request", unreachable=False)], []):
        campus.clock.at = campus.clock.at.replace(hour=14) + timedelta(days=1)  # 22:00
        campus.telegram.faults = [*fault]
        for job in (Job.PLAN_NUDGES, Job.PLAN_NUDGES, Job.NUDGE):
            campus.jobs.send(job)
            campus.run()


def _a_person_comes(campus: FakeCampus) -> None:
    with campus.store.transaction() as tx:
        now = campus.clock.now()
        li = tx.members.add(
            login="li", name="李老师", role=Role.COUNSELLOR, language=Language.ZH, now=now
        )
        chat = tx.members.add_channel(li.id, ChannelKind.TELEGRAM, "chat-of-li", now=now)
        (case, *_) = tx.cases.queue()
    claim(case.id, staff=li, services=campus.services)
    open_relay(case.id, staff=li, through="telegram", services=campus.services)
    campus.says(f"老师，{MARK}又来了", sender=SENDER)
    say_to_student(
        case.id,
        f"我在，{MARK}的事慢慢说",
        staff=li,
        services=campus.services,
        once=chat_key(chat, 7),
    )
    campus.run()
    close_relay(case.id, staff=li, services=campus.services)
    campus.jobs.send(Job.FOLLOW_UP)
    campus.jobs.send(Job.DIGEST)
    campus.run()


def _things_break(campus: FakeCampus) -> None:
    _open(campus)
    for fault in (
        RetryLater(timedelta(minutes=5)),
        Uncertain(),
        Refused("blocked", unreachable=True),
        Refused("bad_request", unreachable=False),
    ):
        campus.telegram.faults = [fault]
        _try(lambda: campus.says(f"{MARK}又吵了一晚", sender=SENDER))
        campus.clock.passes(minutes=2)
        campus.jobs.send(Job.SWEEP)
        campus.run()
    campus.channels.telegram.dead[_GROUP] = Refused("chat_gone", unreachable=True)
    campus.says(f"我想死，{MARK}", sender=SENDER)
    campus.jobs.is_away = True
    campus.arrives(f"{MARK}走了", sender=SENDER)
    campus.jobs.is_away = False
    campus.clock.passes(minutes=30)
    campus.jobs.send(Job.SWEEP)
    campus.jobs.send(Job.WATCH_CASES)
    campus.run()
    _close(campus)


def _the_database_breaks(campus: FakeCampus) -> None:
    """Each table goes missing once, so that each statement fails with its values in it."""
    _open(campus)
    campus.says(f"{MARK}把我拉黑了", sender=SENDER)
    spool = Spool(campus.folder / "spool", campus.sealers.ring)
    intake = WebIntake(campus.services, spool=spool, tally=Tally("redis://127.0.0.1:1/0"))
    for table in (
        *("inbound", "outbound", "facts", "escalations", "triggers", "pages", "accounts"),
        *("nudge_wishes", "nudges", "reminders"),
    ):
        with campus.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} RENAME TO gone"))
        for line in (f"我想死，{MARK}", f"{MARK}很烦", f"记住：{MARK}"):
            _try(lambda line=line: campus.says(line, sender=SENDER))
            _try(lambda line=line: asyncio.run(intake.accept(_inbound(line, campus))))
        campus.jobs.sent.clear()
        with campus.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE gone RENAME TO {table}"))
    for file in (campus.folder / "spool").iterdir():
        print("put away", file.name, file.read_bytes())
    _close(campus)


def _inbound(line: str, campus: FakeCampus) -> Inbound:
    return Inbound(
        platform=Platform.TELEGRAM,
        platform_id=f"{SENDER}-{line}",
        sender=SENDER,
        address=SENDER,
        text=line,
        sent_at=campus.clock.now(),
    )


def _try(step: Callable[[], object]) -> None:
    try:
        step()
    except Exception:  # noqa: BLE001 - whatever it is, it is printed as a process edge would
        traceback.print_exc(file=sys.stdout)


def _close(campus: FakeCampus) -> None:
    print("rings", campus.bell.rung)
    # What a counsellor reads in a chat of their own holds words; what all can read holds none.
    print("pages", [text.body for to, text in campus.channels.telegram.sent if to == _GROUP])
    print("left", campus.jobs.sent)
    campus.close()


if __name__ == "__main__":
    main()
