"""Being asked once a day: agreed, sent, answered, ignored, stopped; in both languages."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from companion.flows.export import export_file
from companion.jobs import Job
from companion.language import Language
from companion.messages import Inbound, InboundKind, OutboundState, Platform
from companion.people.wishes import NudgeState, Rhythm, Wish
from companion.ports import Refused, Uncertain
from companion.texts import say, wording
from companion.turns import Role
from infra.store.care_tables import NudgeRow
from tests.conversations.aftercare import ALARM, Aftercare

ASK = {Language.ZH: "每天晚上十点问我", Language.EN: "ask me every day at 10pm"}
#: 22:00 on the campus, on a Sunday.
TEN = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Nudged:
    """A student who talks, and time that passes."""

    def __init__(self, campus, language):
        self.campus, self.language = campus, language
        self.student_id = campus.onboard()
        campus.says(f"/language {language}", kind=InboundKind.CHOICE)
        campus.telegram.sent.clear()

    def agree(self):
        return self.campus.says(ASK[self.language])

    def at(self, moment):
        """Let it be some moment, tick, and return what reaches the student."""
        before = len(self.campus.telegram.sent)
        self.campus.clock.at = moment
        for job in (Job.PLAN_NUDGES, Job.PLAN_NUDGES, Job.NUDGE):
            self.campus.jobs.send(job)
            self.campus.run()
        return self.campus.telegram.texts[before:]

    def wish(self):
        with self.campus.store.reading() as tx:
            return tx.care.nudges.wish(self.student_id)

    def press(self, label):
        """Press a button of the last message."""
        return self.campus.says(self.campus.buttons()[label], kind=InboundKind.CHOICE)

    def states(self):
        with self.campus.engine.connect() as connection:
            return list(
                connection.scalars(
                    NudgeRow.__table__.select()
                    .with_only_columns(NudgeRow.state)
                    .order_by(NudgeRow.due_at)
                )
            )

    def say(self, key, **fields):
        return say(key, self.language, **fields)


@pytest.fixture(params=Language)
def nudged(campus, request):
    return Nudged(campus, request.param)


@pytest.fixture
def agreed(nudged):
    nudged.agree()
    return nudged


# ------------------------------------------------------------ the question itself


def test_what_was_agreed_is_said_back(nudged):
    [text] = nudged.agree()

    assert "22:00" in text
    assert say("remind.every_day", nudged.language) in text


def test_the_question_comes_at_the_agreed_time_with_faces_and_a_way_out(agreed):
    assert agreed.at(TEN - timedelta(minutes=1)) == []

    [text] = agreed.at(TEN + DAY + timedelta(seconds=30))

    assert agreed.say("mood.ask") in text
    values = list(agreed.campus.buttons().values())
    assert sum(value.startswith("/mood set") for value in values) == 5
    assert values[-1] == "/remind"


def test_one_tap_answers_it_and_is_kept(agreed):
    agreed.at(TEN + DAY)

    agreed.press(wording("mood.buttons", agreed.language)[3])

    assert agreed.states() == ["answered"]
    assert agreed.wish().ignored == 0


def test_the_talk_knows_what_was_asked(agreed):
    [text] = agreed.at(TEN + DAY)

    with agreed.campus.store.reading() as tx:
        turns = tx.talk.turns(agreed.student_id, limit=5)

    assert (turns[-1].turn.role, turns[-1].turn.text) == (Role.ASSISTANT, text)


def test_ticks_and_jobs_that_come_twice_ask_once(agreed):
    sent = [text for _ in range(4) for text in agreed.at(TEN + DAY)]

    assert len(sent) == 1


def test_an_outage_of_six_hours_brings_no_stale_question_and_no_heap(agreed):
    assert agreed.at(TEN + DAY + timedelta(hours=6)) == []
    assert len(agreed.at(TEN + 2 * DAY)) == 1


def test_what_waited_too_long_between_planning_and_writing_is_left(agreed):
    agreed.campus.clock.at = TEN
    agreed.campus.jobs.send(Job.PLAN_NUDGES)
    agreed.campus.run()

    agreed.campus.clock.passes(minutes=100)
    agreed.campus.jobs.send(Job.NUDGE)
    agreed.campus.run()

    assert agreed.states() == ["skipped"]


def test_who_is_talking_already_is_not_asked(agreed):
    agreed.campus.clock.at = TEN + DAY - timedelta(minutes=30)
    agreed.campus.says("/help")

    assert agreed.at(TEN + DAY) == []
    assert len(agreed.at(TEN + 2 * DAY)) == 1


def test_on_the_day_of_the_letter_it_comes_with_the_question(agreed):
    agreed.campus.clock.at = TEN + 5 * DAY - timedelta(hours=4)
    agreed.campus.says("/mood", kind=InboundKind.TEXT)
    agreed.press(wording("mood.buttons", agreed.language)[3])

    sunday = datetime(2026, 11, 29, 14, 0, tzinfo=UTC)
    [text] = agreed.at(sunday)

    [nudge] = [one for one in _nudges(agreed) if one.kind == "letter+mood"]
    assert agreed.say("mood.ask") in text
    assert text.count("\n\n") >= 1
    assert nudge.state == "made"


def _nudges(nudged):
    with nudged.campus.engine.connect() as connection:
        return connection.execute(NudgeRow.__table__.select()).all()


# ------------------------------------------------------------ when it is not a good moment


def test_in_an_open_case_nobody_is_asked_how_they_feel(agreed):
    agreed.campus.clock.at = TEN - timedelta(hours=4)
    agreed.campus.says(ALARM[agreed.language])

    assert agreed.at(TEN + DAY) == []
    assert agreed.at(TEN + 2 * DAY) == []


def test_after_the_case_is_closed_it_goes_on(campus, request):
    after = Aftercare(campus)
    nudged = Nudged.__new__(Nudged)
    nudged.campus, nudged.language, nudged.student_id = campus, Language.ZH, after.student_id
    nudged.agree()
    after.alarm()
    assert nudged.at(TEN + DAY) == []
    after.close()

    assert len(nudged.at(TEN + 2 * DAY)) == 1


def test_a_crisis_between_planning_and_writing_stops_it(agreed):
    agreed.campus.clock.at = TEN
    agreed.campus.jobs.send(Job.PLAN_NUDGES)
    agreed.campus.run()
    agreed.campus.says(ALARM[agreed.language])
    before = len(agreed.campus.telegram.sent)

    agreed.at(TEN + DAY + timedelta(minutes=1))

    assert len(agreed.campus.telegram.sent) == before
    assert agreed.states() == ["skipped"]


def test_a_question_that_was_not_sent_in_time_is_not_sent_at_night(agreed):
    agreed.campus.clock.at = TEN + DAY
    for job in (Job.PLAN_NUDGES, Job.NUDGE):
        agreed.campus.jobs.send(job)
        agreed.campus.run(only={Job.PLAN_NUDGES, Job.NUDGE})

    agreed.campus.clock.passes(hours=5)
    before = len(agreed.campus.telegram.sent)
    agreed.campus.run()

    assert len(agreed.campus.telegram.sent) == before


# ------------------------------------------------------------ fewer, when ignored


def test_ignored_questions_become_fewer_then_one_question_then_silence(agreed):
    told = {number: agreed.at(TEN + number * DAY) for number in range(1, 60)}
    days = [number for number, texts in told.items() if texts]

    asked = [number for number in days if agreed.say("mood.ask") in told[number][0]]
    assert asked[:3] == [1, 2, 3]
    assert agreed.say("nudge.fewer") in told[asked[3]][0]
    assert told[days[-1]] == [agreed.say("nudge.go_on")]
    assert agreed.wish().rhythm is Rhythm.ASKED
    assert max(days) < 40


@pytest.mark.parametrize(
    ("answer", "rhythm", "comes"), [(0, Rhythm.DAILY, True), (2, Rhythm.SILENT, False)]
)
def test_the_answer_to_whether_to_go_on_is_obeyed(agreed, answer, rhythm, comes):
    for number in range(1, 60):
        agreed.at(TEN + number * DAY)
    label = wording("nudge.go_on_choices", agreed.language)[answer][0]

    agreed.press(label)

    assert agreed.wish().rhythm is rhythm
    assert bool(agreed.at(TEN + 61 * DAY)) is comes


def test_any_word_from_the_student_begins_the_count_anew(agreed):
    for number in range(1, 8):
        assert len(agreed.at(TEN + number * DAY)) == 1
        agreed.campus.clock.passes(hours=3)
        agreed.campus.says("今天还行" if agreed.language is Language.ZH else "it was all right")

    assert agreed.wish().rhythm is Rhythm.DAILY


# ------------------------------------------------------------ stop, pause, erase


def test_stop_takes_effect_in_the_same_moment_also_on_what_is_planned(agreed):
    agreed.campus.clock.at = TEN
    agreed.campus.jobs.send(Job.PLAN_NUDGES)
    agreed.campus.run()

    agreed.campus.says("/stop")

    assert agreed.states() == ["skipped"]
    assert agreed.at(TEN + DAY + timedelta(minutes=1)) == []
    assert agreed.at(TEN + 3 * DAY) == []


def test_start_brings_it_back(agreed):
    agreed.campus.says("/stop")
    assert agreed.at(TEN + DAY) == []

    agreed.campus.clock.at = TEN + 2 * DAY - timedelta(hours=5)
    agreed.campus.says("/start")

    assert len(agreed.at(TEN + 2 * DAY)) == 1


def test_a_pause_is_waited_out_and_resuming_ends_it(agreed):
    agreed.campus.says("/pause 7")
    assert [agreed.at(TEN + number * DAY) for number in range(1, 6)] == [[]] * 5

    agreed.campus.clock.at = TEN + 6 * DAY - timedelta(hours=9)
    agreed.campus.says("/resume")

    assert len(agreed.at(TEN + 6 * DAY)) == 1


def test_a_pause_that_runs_out_goes_on_by_itself(agreed):
    agreed.campus.says("/pause 1")

    told = [agreed.at(TEN + hours * timedelta(hours=1)) for hours in range(48)]

    assert sum(map(len, told)) == 1


def test_after_erasing_nothing_comes_any_more(agreed):
    agreed.campus.says("/delete confirm", kind=InboundKind.CHOICE)

    assert agreed.at(TEN + DAY) == []
    assert _nudges(agreed) == []


# ------------------------------------------------------------ what cannot be delivered


def test_what_the_platform_refuses_is_noted_and_told_of_once_at_the_next_contact(agreed):
    agreed.campus.telegram.faults.append(Refused("blocked", unreachable=True))
    assert agreed.at(TEN + DAY) == []
    assert agreed.states() == ["undeliverable"]
    assert agreed.at(TEN + 2 * DAY) == []

    agreed.campus.clock.at = TEN + 2 * DAY + timedelta(hours=12)
    line = (
        "今天学校食堂人好多" if agreed.language is Language.ZH else "the canteen was so full today"
    )
    told = agreed.campus.says(line)

    assert told.count(agreed.say("nudge.owed")) == 1
    assert agreed.say("nudge.owed") not in agreed.campus.says(line)
    assert NudgeState.OFFERED in agreed.states()
    assert len(agreed.at(TEN + 3 * DAY)) == 1


def test_a_nudge_that_may_be_lost_is_not_asked_about(agreed):
    agreed.campus.telegram.faults.append(Uncertain("the line broke"))

    assert agreed.at(TEN) == []
    assert len(agreed.at(TEN + DAY)) == 1


def test_what_is_agreed_is_part_of_the_export(agreed):
    agreed.campus.says("/remind exercise box-breathing 20:00")

    packed = export_file(agreed.student_id, services=agreed.campus.services)

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        asked = json.loads(archive.read("nuanyu.json"))["asked_and_reminded"]
    assert (asked["time"], asked["weekdays"]) == ("22:00", [1, 2, 3, 4, 5, 6, 7])
    assert asked["reminders"][0]["time"] == "20:00"


def test_on_the_web_the_question_waits_in_the_chat(nudged):
    campus = nudged.campus
    arrived = campus.arrives(ASK[nudged.language], sender="w1", platform=Platform.WEB)
    campus.run()

    nudged.at(TEN + DAY)

    with campus.store.reading() as tx:
        line = tx.talk.lines(arrived.student_id)[-1]
    assert (line.kind, line.state) == ("nudge", OutboundState.SENT)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize(
    ("language", "answer"),
    [
        (Language.ZH, "嗯，就那样吧"),
        (Language.ZH, "想睡觉"),
        (Language.EN, "tired"),
        (Language.EN, "it was all right"),
    ],
)
def test_a_plain_answer_to_a_nudge_alarms_nobody(campus, language, answer, number):
    nudged = Nudged(campus, language)
    nudged.agree()
    for day in range(number + 1):
        nudged.at(TEN + day * DAY)

    campus.says(answer)

    with campus.store.reading() as tx:
        assert tx.cases.open_of(nudged.student_id) is None
        assert tx.safety.talks.latest(nudged.student_id) is None


def test_no_more_leave_in_one_tick_than_telegram_takes_from_a_bot(campus):
    with campus.store.transaction() as tx:
        for number in range(205):
            inbound = Inbound(
                platform=Platform.TELEGRAM,
                platform_id=f"hello-{number}",
                sender=f"s{number}",
                address=f"s{number}",
                sent_at=TEN - DAY,
            )
            account = tx.students.arrive(inbound, language=Language.ZH, now=TEN - DAY)
            wish = Wish(student_id=account.student_id, minute=22 * 60, letter=False, next_at=TEN)
            tx.care.nudges.put(wish, now=TEN - DAY)
    campus.clock.at = TEN
    campus.jobs.send(Job.PLAN_NUDGES)
    campus.run()

    left = []
    for _ in range(3):
        campus.jobs.send(Job.NUDGE)
        campus.run(only={Job.NUDGE})
        left.append(campus.jobs.names.count(Job.DELIVER))

    assert left == [200, 205, 205]
