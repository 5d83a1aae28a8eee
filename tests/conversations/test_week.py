"""/week: proposed with reasons, the student's to change, agree to or refuse; nothing is owed."""

from __future__ import annotations

import pytest

from companion.care.entries import EntryKind, EntryState
from companion.care.week import Week
from companion.messages import InboundKind


@pytest.fixture
def talking(campus):
    campus.student_id = campus.onboard()
    return campus


def press(campus, label):
    return campus.says(campus.buttons()[label], kind=InboundKind.CHOICE)


def weeks(campus):
    with campus.store.reading() as tx:
        found = tx.care.entries.latest(campus.student_id, EntryKind.WEEK, states=None)
        return [(entry, Week.from_json(entry.body)) for entry in found]


def test_proposed_with_reasons_changed_and_agreed_to(talking):
    talking.says("/suggest goal sleep", kind=InboundKind.CHOICE)
    [text] = talking.says("/week")
    assert "也可以一样都不要" in text
    assert text.count("为什么是它：") == 2
    assert "你想先照顾“睡不着”" in text

    assert "/week add" in press(talking, "加一件自己的")[0]
    [text] = talking.says("/week add 周三和室友去吃饭")
    assert text.startswith("加上了。")
    [full] = talking.says("/week add 再来一件")
    assert full.startswith("已经有三件了")
    [agreed] = press(talking, "就这样")

    assert agreed.startswith("好，那就这样。")
    assert "○ 周三和室友去吃饭" in agreed
    [(entry, week)] = weeks(talking)
    assert (entry.state, week.agreed, len(week.steps)) == (EntryState.DONE, True, 3)


def test_steps_are_ticked_moved_reminded_of_and_dropped(talking):
    talking.says("/week add 周三和室友去吃饭")
    press(talking, "就这样")
    press(talking, "第 3 件")
    assert list(talking.buttons()) == ["做了", "换一天", "到时提醒我", "拿掉"]
    [text] = press(talking, "做了")
    assert text.startswith("记下了。")
    assert "● 周三和室友去吃饭" in text

    press(talking, "第 3 件")
    press(talking, "换一天")
    [text] = press(talking, "周日")
    assert "● 周三和室友去吃饭 · 周日" in text
    press(talking, "第 3 件")
    [text] = press(talking, "到时提醒我")
    assert "19:30 左右提醒你" in text
    with talking.store.reading() as tx:
        [reminder] = tx.care.reminders.of_student(talking.student_id)
    assert (reminder.what, reminder.pattern.weekdays) == ("周三和室友去吃饭", 64)

    talking.says("/week")
    press(talking, "第 3 件")
    [text] = press(talking, "拿掉")
    assert "周三" not in text
    with talking.store.reading() as tx:
        assert tx.care.reminders.of_student(talking.student_id) == []


def test_an_exercise_of_the_plan_can_be_begun(talking):
    talking.says("/week")
    press(talking, "第 1 件")
    [first, *_] = talking.buttons().items()

    assert first[0] == "现在就做"
    assert first[1].startswith("/exercise ")


def test_refused_it_is_gone_without_a_word_of_blame_and_can_be_had_again(talking):
    talking.says("/week")
    [text] = press(talking, "这周不要计划")
    assert "没有计划的一周也很好" in text

    talking.says("/week")
    assert [entry.state for entry, _ in weeks(talking)] == [EntryState.LATER, EntryState.STOPPED]


def test_a_button_of_last_week_changes_nothing(talking):
    talking.says("/week")
    old = talking.buttons()["就这样"]
    talking.clock.passes(days=7)
    talking.says("/week")

    [text] = talking.says(old, kind=InboundKind.CHOICE)

    assert "那是之前的计划了" in text
    assert not any(week.agreed for _, week in weeks(talking))


def test_in_english(talking):
    talking.says("English")
    [text] = talking.says("plan my week")
    assert "take none" in text
    [text] = press(talking, "That's my plan")
    assert "What you mean to do this week:" in text
    press(talking, "Number 1")
    [text] = press(talking, "Take it out")
    assert text.startswith("Taken out.")


@pytest.mark.parametrize(
    "said", ["/week nonsense", "/week 1a2b3c4d tick 1", "/week add", "/week add   "]
)
def test_odd_words_do_no_harm(talking, said):
    [answer] = talking.says(said)

    assert answer


def test_buttons_pressed_twice_or_for_a_step_that_left_do_no_harm(talking):
    talking.says("/week")
    press(talking, "第 1 件")
    drop = talking.buttons()["拿掉"]
    talking.says(drop, kind=InboundKind.CHOICE)

    [text] = talking.says(drop, kind=InboundKind.CHOICE)

    assert text.startswith("那一件已经不在里面了。")
    assert all(len(value.encode()) <= 64 for value in talking.buttons().values())
