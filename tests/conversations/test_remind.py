"""Everything about being asked and reminded, in one place; a change takes the old one's place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companion.care.shelf import shelf
from companion.flows.remind_of import MOST, About, drop_reminder, remind_of
from companion.language import Language
from companion.messages import InboundKind
from companion.people.wishes import EVERY_DAY, Pattern, Rhythm
from companion.texts import say, wording
from tests.conversations.test_nudges import ASK, DAY, TEN, Nudged

THANKS = {
    Language.ZH: ["今天去打球了", "还挺开心的", "先这样，拜拜"],
    Language.EN: ["we won the match today", "yes, it was fun", "thanks, talk later"],
}


@pytest.fixture(params=Language)
def nudged(campus, request):
    return Nudged(campus, request.param)


def test_with_nothing_agreed_it_asks_for_a_time(nudged):
    [text] = nudged.campus.says("/remind")

    assert text == nudged.say("remind.none")
    assert "/remind 22:00" in nudged.campus.buttons().values()


@pytest.mark.parametrize(
    ("words", "minute", "weekdays"),
    [
        ("/remind 21:30", 21 * 60 + 30, EVERY_DAY),
        ("每天晚上十点问我", 22 * 60, EVERY_DAY),
        ("周一三五晚上九点提醒我", 21 * 60, 21),
        ("remind me at 9pm", 21 * 60, EVERY_DAY),
        ("ask me on weekdays at 8:15 in the morning", 8 * 60 + 15, 31),
    ],
)
def test_natural_words_are_understood(nudged, words, minute, weekdays):
    nudged.campus.says(words)

    assert (nudged.wish().minute, nudged.wish().weekdays) == (minute, weekdays)


def test_changing_replaces_and_never_adds(nudged):
    nudged.agree()
    nudged.campus.says("/remind 20:00")
    nudged.campus.says("/remind 周一三五")

    told = [nudged.at(TEN + DAY + hours * timedelta(hours=1)) for hours in range(-14, 10)]

    assert sum(map(len, told)) == 1
    assert (nudged.wish().minute, nudged.wish().weekdays) == (20 * 60, 21)


def test_an_hour_without_morning_or_evening_is_the_evening_and_can_be_changed(nudged):
    [text] = nudged.campus.says("/remind 九点")
    assert say("remind.taken_as_evening", nudged.language) in text
    assert nudged.wish().minute == 21 * 60

    nudged.press(say("remind.morning", nudged.language, time="09:00"))

    assert nudged.wish().minute == 9 * 60


def test_a_quiet_hour_is_moved_and_said(nudged):
    [text] = nudged.campus.says("/remind 凌晨两点")

    assert nudged.wish().minute == 23 * 60 + 30
    assert "00:00" in text
    assert "07:00" in text


def test_what_cannot_be_read_is_not_guessed(nudged):
    [text] = nudged.campus.says("/remind 等我想想")

    assert text == nudged.say("remind.not_read")
    assert nudged.wish() is None


def test_another_zone_takes_the_place_of_the_one_before(nudged):
    nudged.agree()
    nudged.campus.says("/remind zone Europe/London", kind=InboundKind.CHOICE)

    assert nudged.at(TEN) == []
    assert len(nudged.at(TEN + timedelta(hours=8))) == 1  # 22:00 in London
    nudged.campus.says("/remind zone campus", kind=InboundKind.CHOICE)
    # That was 06:00 of the next day on the campus, which has had its question by that.
    assert nudged.at(TEN + DAY) == []
    assert len(nudged.at(TEN + 2 * DAY)) == 1


def test_the_letter_can_be_moved_and_turned_off(nudged):
    nudged.agree()
    assert (nudged.wish().letter, nudged.wish().letter_day) == (True, 7)

    nudged.campus.says("/remind letter fri", kind=InboundKind.CHOICE)
    assert nudged.wish().letter_day == 5

    nudged.campus.says("/remind letter off", kind=InboundKind.CHOICE)
    assert nudged.wish().letter is False
    assert nudged.wish().minute == 22 * 60


@pytest.mark.parametrize("words", ["/remind off", "别再问我了", "stop asking me"])
def test_one_word_ends_it_all(nudged, words):
    nudged.agree()
    nudged.campus.says("/remind exercise box-breathing 20:00")

    assert nudged.campus.says(words) == [nudged.say("remind.off")]

    assert nudged.at(TEN + DAY) == []
    assert nudged.campus.says("/remind") == [nudged.say("remind.none")]


def test_everything_agreed_is_shown_with_a_button_for_each_change(nudged):
    nudged.agree()
    [text] = nudged.campus.says("/remind exercise box-breathing 周一三五 20:00")

    title = shelf(nudged.campus.campus)["box-breathing"].title[nudged.language]
    assert title in text
    assert "22:00" in text
    values = nudged.campus.buttons().values()
    assert {"/remind time", "/remind days", "/remind zone", "/remind letter", "/remind off"} <= set(
        values
    )
    assert all(len(value.encode()) <= 64 for value in values)


# ------------------------------------------------------------ reminders


def test_a_reminder_comes_on_its_days_with_a_button_that_begins(nudged):
    nudged.campus.says("/remind exercise box-breathing 周一 20:00")
    title = shelf(nudged.campus.campus)["box-breathing"].title[nudged.language]
    monday = TEN + DAY - timedelta(hours=2)

    assert nudged.at(TEN) == []
    [text] = nudged.at(monday)

    assert title in text
    assert nudged.say("mood.ask") not in text
    assert "/exercise box-breathing" in nudged.campus.buttons().values()
    assert nudged.at(monday + DAY) == []


def test_a_reminder_and_the_question_of_one_day_are_one_message(nudged):
    nudged.agree()
    nudged.campus.says("/remind exercise box-breathing 20:00")

    [text] = nudged.at(TEN + DAY - timedelta(hours=2))

    assert nudged.say("mood.ask") in text
    assert nudged.at(TEN + DAY) == []


def test_a_reminder_of_the_same_thing_is_replaced_and_can_be_dropped(nudged):
    nudged.campus.says("/remind exercise box-breathing 20:00")
    nudged.campus.says("/remind exercise box-breathing 09:00")
    with nudged.campus.store.reading() as tx:
        [reminder] = tx.care.reminders.of_student(nudged.student_id)
    assert reminder.pattern == Pattern(EVERY_DAY, 9 * 60)

    drop = f"/remind drop {reminder.code}"
    assert nudged.campus.says(drop, kind=InboundKind.CHOICE) == [nudged.say("remind.dropped")]
    assert nudged.campus.says(drop, kind=InboundKind.CHOICE) == [nudged.say("remind.gone")]
    assert nudged.at(TEN + DAY) == []


def test_an_exercise_that_is_not_there_cannot_be_reminded_of(nudged):
    assert nudged.campus.says("/remind exercise no-such 20:00") == [
        nudged.say("remind.no_exercise")
    ]


def test_a_step_of_a_plan_is_reminded_of_until_its_last_day(nudged):
    campus, about = nudged.campus, About(key="step:1", what="给家里打电话")
    pattern = Pattern(EVERY_DAY, 20 * 60, until=TEN.date())
    with campus.store.transaction() as tx:
        assert remind_of(
            tx, nudged.student_id, about, pattern, campus=campus.campus, now=campus.clock.now()
        )

    [text] = nudged.at(TEN - timedelta(hours=2))
    assert "给家里打电话" in text
    assert nudged.at(TEN + DAY - timedelta(hours=2)) == []


def test_there_is_an_end_to_reminders(nudged):
    campus = nudged.campus
    with campus.store.transaction() as tx:
        for number in range(MOST + 1):
            about = About(key=f"step:{number}", what="x")
            kept = remind_of(
                tx, nudged.student_id, about, Pattern(1, 600), campus=campus.campus, now=TEN
            )
            assert (kept is None) is (number == MOST)
        assert drop_reminder(tx, nudged.student_id, "step:0", campus=campus.campus, now=TEN)


# ------------------------------------------------------------ asked whether to ask


def test_it_is_offered_once_at_the_end_of_a_calm_talk(nudged):
    *early, last = THANKS[nudged.language]
    offer = nudged.say("remind.offer")
    assert all(offer not in nudged.campus.says(line) for line in early)

    assert nudged.campus.says(last)[-1] == offer
    assert offer not in nudged.campus.says(last)

    nudged.campus.says("/remind 21:00", kind=InboundKind.CHOICE)
    assert nudged.wish().rhythm is Rhythm.DAILY
    assert len(nudged.at(TEN + DAY - timedelta(hours=1))) == 1


def test_a_no_is_a_no(nudged):
    for line in THANKS[nudged.language]:
        nudged.campus.says(line)
    no = wording("remind.offer_choices", nudged.language)[-1][0]

    assert nudged.press(no) == [nudged.say("remind.rather_not")]
    assert nudged.at(TEN + DAY) == []


def test_it_is_not_offered_in_danger(nudged):
    alarm = {Language.ZH: "我不想活了", Language.EN: "I want to end my life"}[nudged.language]
    told = nudged.campus.says(alarm)
    for line in THANKS[nudged.language] * 2:
        told += nudged.campus.says(line)

    assert nudged.say("remind.offer") not in told


def test_who_agreed_already_is_not_asked_again(nudged):
    nudged.campus.says(ASK[nudged.language])

    told = [text for line in THANKS[nudged.language] for text in nudged.campus.says(line)]

    assert nudged.say("remind.offer") not in told


def test_another_hour_is_offered_where_they_usually_write_and_never_taken_unasked(nudged):
    nudged.campus.says("/remind 12:30")
    line = {Language.ZH: "今天上了两节课", Language.EN: "two classes today"}[nudged.language]
    for day in range(1, 15):
        [asked] = nudged.at(TEN + day * DAY - timedelta(hours=9, minutes=30))
        buttons = nudged.campus.buttons()
        nudged.campus.clock.at = TEN + day * DAY - timedelta(hours=2)
        nudged.campus.says(line)

    [(label, value)] = [one for one in buttons.items() if one[1].startswith("/remind 2")]
    assert label.split()[-1] in asked
    assert nudged.wish().minute == 12 * 60 + 30
    nudged.campus.says(value, kind=InboundKind.CHOICE)
    assert abs(nudged.wish().minute - 20 * 60) <= 30
