"""A campus with one counsellor and one student whose case is claimed, and then closed."""

from __future__ import annotations

from companion.flows.case_work import claim, close
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind
from companion.staff.cases import FalseAlarm, Outcome
from companion.staff.people import ChannelKind, Role

ALARM = {
    Language.ZH: "我不想活了，今晚就想结束这一切",
    Language.EN: "I'm going to end my life tonight, I have everything ready",
}
NAME = {Language.ZH: "王老师", Language.EN: "Ms Wang"}


class Aftercare:
    """What a test of the time after a case does and sees."""

    def __init__(self, campus, language=Language.ZH):
        self.campus = campus
        self.language = language
        self.student_id = campus.onboard()
        campus.says(f"/language {language}", kind=InboundKind.CHOICE)
        with campus.store.transaction() as tx:
            self.counsellor = tx.members.add(
                login="wang",
                name=NAME[language],
                role=Role.COUNSELLOR,
                language=Language.ZH,
                now=campus.clock.now(),
            )
            tx.members.add_channel(
                self.counsellor.id, ChannelKind.TELEGRAM, "wang-private", now=campus.clock.now()
            )
        campus.telegram.sent.clear()

    def alarm(self, text=None):
        """Let the student say something grave, and the counsellor take the case."""
        self.campus.says(text or ALARM[self.language])
        self.take()
        return self.case()

    def take(self):
        """Let the counsellor claim the student's latest case."""
        claim(self.case().id, staff=self.counsellor, services=self.campus.services)
        self.campus.run()

    def close(self, outcome=Outcome.SAFE_WITH_PLAN, why=None):
        case = self.case()
        close(
            case.id,
            staff=self.counsellor,
            outcome=outcome,
            why=why,
            services=self.campus.services,
        )
        self.campus.run()
        self.campus.telegram.sent.clear()
        self.campus.channels.telegram.sent.clear()

    def false_alarm(self):
        self.close(Outcome.FALSE_ALARM, FalseAlarm.IDIOM)

    def case(self):
        """The student's latest case."""
        with self.campus.store.reading() as tx:
            return tx.cases.all_of(self.student_id)[0]

    def passes(self, **span):
        """Let time pass, tick, and return what reaches the student meanwhile."""
        before = len(self.campus.telegram.sent)
        self.campus.clock.passes(**span)
        self.campus.jobs.send(Job.FOLLOW_UP)
        self.campus.run()
        return self.campus.telegram.texts[before:]

    def states(self):
        with self.campus.store.reading() as tx:
            return [str(one.state) for one in tx.aftercare.follow_ups.of_student(self.student_id)]

    def tasks(self):
        with self.campus.store.reading() as tx:
            return [str(one.kind) for one in tx.aftercare.tasks.open()]

    def actions(self):
        with self.campus.store.reading() as tx:
            return [entry.action for entry in tx.audit.of_student(self.student_id)]
