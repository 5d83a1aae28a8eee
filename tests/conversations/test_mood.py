"""The mood check-in as a talk: one tap, what adds to it, late days, taking back."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from companion.care.entries import EntryKind, EntryState
from companion.flows.mood_ask import mood_question
from companion.language import Language
from companion.mood.moods import Tag
from companion.people.wishes import Wish
from companion.texts import say, wording
from tests.conversations.checking import LINE, Checking


@pytest.fixture(params=Language)
def student(campus, request):
    return Checking(campus, request.param)


# ------------------------------------------------------------ one tap


def test_one_tap_is_a_complete_entry(student):
    [question] = student.campus.says("/mood")
    assert question == student.say("ask")
    assert list(student.campus.buttons())[:5] == wording("mood.buttons", student.language)

    [noted] = student.press(student.values("/mood set")[3])

    face = wording("mood.faces", student.language)[3]
    assert noted.startswith(
        student.say("noted", when=student.say("today", time="10:00"), face=face)
    )
    [mood] = student.moods()
    assert (mood.face, mood.tags, mood.line, mood.at) == (4, (), "", student.campus.clock.now())


@pytest.mark.parametrize("words", ["打卡", "心情", "mood", "Check in", "/打卡"])
def test_plain_words_ask_as_well(campus, words):
    assert len(Checking(campus, Language.ZH).asked(words)) == 5


def test_several_a_day_are_several_entries(student):
    student.tells(2)
    student.campus.clock.passes(hours=5)
    student.tells(4)

    assert student.faces() == [4, 2]


def test_another_tap_on_the_same_question_changes_the_mood(student):
    buttons = student.asked()
    student.press(buttons[4])
    student.press(buttons[1])

    assert student.faces() == [2]


def test_a_tap_on_an_old_question_says_so_and_changes_nothing(student):
    buttons = student.asked()
    student.press(buttons[4])
    student.campus.clock.passes(hours=3)

    [text] = student.press(buttons[0])

    assert text.startswith(student.say("past"))
    assert student.faces() == [5]
    student.press(student.values("/mood set")[0])
    assert student.faces() == [1, 5]


def test_a_button_of_a_question_that_is_gone_asks_anew(student):
    [text] = student.press("/mood set 00000000 3")

    assert text.startswith(student.say("past"))
    assert student.faces() == []


@pytest.mark.parametrize(
    ("words", "face"), [("4", 4), ("很糟", 1), ("还行。", 3), ("great!", 5), ("not great", 2)]
)
def test_the_answer_may_be_typed(campus, words, face):
    student = Checking(campus, Language.EN if words.isascii() else Language.ZH)
    student.asked()

    campus.says(words)

    assert student.faces() == [face]


def test_what_is_no_face_is_talk(student):
    talk = {Language.ZH: "刚跟导师谈完，有点乱", Language.EN: "just talked to my supervisor"}
    student.asked()

    student.campus.says(talk[student.language])

    assert student.faces() == []
    student.press("/mood 3")
    assert student.faces() == [3]


def test_the_lowest_face_names_the_helplines_and_no_scolding(student):
    [text] = student.tells(1)

    assert "/sos" in text


def test_days_and_hours_are_those_of_the_zone_the_student_chose(campus):
    student = Checking(campus, Language.EN)
    with campus.store.transaction() as tx:
        wish = Wish(student_id=student.student_id, zone=ZoneInfo("America/New_York"))
        tx.care.nudges.put(wish, now=campus.clock.now())

    [noted] = student.tells(4)

    assert student.say("today", time="21:00") in noted
    campus.says("/mood yesterday 3")
    assert student.moods()[-1].at.isoformat() == "2026-11-20T17:00:00+00:00"


# ------------------------------------------------------------ what adds to it


def test_tags_add_up_and_come_off_again(student):
    student.tells(2)
    student.tag(Tag.STUDY)
    [text] = student.tag(Tag.SLEEP)

    names = wording("mood_tags", student.language)
    assert names["sleep"] in text
    assert names["study"] in text
    assert student.moods()[0].tags == (Tag.SLEEP, Tag.STUDY)
    assert f"✓ {names['sleep']}" in student.campus.buttons()
    student.tag(Tag.SLEEP)
    assert student.moods()[0].tags == (Tag.STUDY,)


def test_a_line_is_taken_only_after_it_was_asked_for(student):
    student.tells(2)
    student.press(student.button("line"))

    [text] = student.campus.says(LINE[student.language])

    assert text == student.say("lined")
    assert student.moods()[0].line == LINE[student.language]
    student.campus.says(LINE[student.language][:4] + "…")
    assert student.moods()[0].line == LINE[student.language]


def test_no_line_is_no_line(student):
    student.tells(2)
    student.press(student.button("line"))

    student.campus.says(wording("mood.no_line_words", student.language)[0])

    assert student.moods()[0].line == ""


def test_a_line_at_risk_is_answered_by_the_safety_dialogue(student):
    alarm = {Language.ZH: "我不想活了", Language.EN: "I want to kill myself"}
    student.tells(1)
    student.press(student.button("line"))

    texts = student.campus.says(alarm[student.language])

    assert student.say("lined") not in texts
    assert student.moods()[0].line == ""
    with student.campus.store.reading() as tx:
        assert tx.cases.all_of(student.student_id)


# ------------------------------------------------------------ late days


def test_yesterday_can_be_added(student):
    [question] = student.campus.says("/mood yesterday")
    assert question == student.say("ask_day", day=student.say("yesterday"))

    student.press(student.values("/mood set")[1])

    [mood] = student.moods()
    local = mood.at.astimezone(student.campus.campus.timezone)
    assert (local.date().isoformat(), mood.is_late, mood.face) == ("2026-11-21", True, 2)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("/mood 前天 4", "2026-11-20"),
        ("/mood 3 days ago 4", "2026-11-19"),
        ("/mood 周三 4", "2026-11-18"),
        ("/mood 2026-11-15 4", "2026-11-15"),
    ],
)
def test_a_day_and_a_face_in_one_line(campus, words, day):
    student = Checking(campus, Language.ZH)

    campus.says(words)

    [mood] = student.moods()
    assert (mood.at.astimezone(campus.campus.timezone).date().isoformat(), mood.face) == (day, 4)


def test_a_day_too_far_back_leads_to_the_days_there_are(student):
    [text] = student.campus.says("/mood 2026-11-14")

    assert text == student.say("day_unknown")
    assert len(student.values("/mood 2026-11-")) == 7
    assert student.moods() == []


def test_the_day_may_be_typed_after_the_question(campus):
    student = Checking(campus, Language.ZH)
    student.asked()

    [text] = campus.says("昨天")

    assert text == say("mood.ask_day", Language.ZH, day="昨天")


# ------------------------------------------------------------ taking back


def test_a_mood_can_be_taken_back(student):
    student.tells(1)

    [text] = student.press(student.button("undo"))

    assert text == student.say("undone", when=student.say("today", time="10:00"))
    assert student.moods() == []
    with student.campus.store.reading() as tx:
        [entry] = tx.care.entries.latest(
            student.student_id, EntryKind.MOOD, states=[EntryState.UNDONE]
        )
    assert entry.body == {}


def test_without_a_button_only_what_was_just_noted_is_taken_back(student):
    student.tells(3)
    student.campus.clock.passes(hours=3)

    assert student.campus.says("/mood undo") == [student.say("nothing_to_undo")]
    assert student.faces() == [3]
    student.tells(2)
    student.campus.says("/mood undo")
    assert student.faces() == [3]


# ------------------------------------------------------------ a nudge asks the same


def test_a_nudge_asks_without_disturbing_what_waits(student):
    student.tells(2)
    student.press(student.button("line"))
    with student.campus.store.transaction() as tx:
        text, choices = mood_question(
            tx,
            tx.students.get(student.student_id),
            language=student.language,
            now=student.campus.clock.now(),
        )

    student.campus.says(LINE[student.language])

    assert text == student.say("ask")
    assert student.moods()[0].line == LINE[student.language]
    student.press(choices[4].value)
    assert sorted(student.faces()) == [2, 5]
