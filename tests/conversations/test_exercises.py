"""Exercises and games in the talk: begun, left, taken up, rated; in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from companion.care.entries import EntryKind, EntryState
from companion.jobs import Job
from companion.language import Language
from companion.messages import InboundKind, Platform
from companion.texts import say
from tests.conversations.staffed import CRISIS, case_of
from tests.fakes.campus import FakeCampus
from tests.fakes.scripted_model import ScriptedModel

NIGHT = timedelta(hours=13)  # the fake clock begins at ten in the morning in China


@pytest.fixture
def talking(campus):
    campus.student_id = campus.onboard()
    return campus


@pytest.fixture
def in_english(campus):
    campus.student_id = campus.onboard()
    campus.says("English")
    return campus


def press(campus, label, **how):
    """Press a button of the last message; returns what it says then."""
    return campus.says(campus.buttons()[label], kind=InboundKind.CHOICE, **how)


def entries(campus, kind=EntryKind.EXERCISE, states=tuple(EntryState)):
    with campus.store.reading() as tx:
        return list(tx.care.entries.latest(campus.student_id, kind, states=states))


def breathing(campus):
    """Come as far as the timer of the breathing exercise."""
    campus.says("/exercise box-breathing")
    press(campus, "开始")
    campus.says("7")
    press(campus, "继续")
    press(campus, "方块：四段都四秒")


# ------------------------------------------------------------ walks


def test_a_thought_record_from_its_first_line_to_its_rating(talking):
    [careful] = talking.says("/exercise thought-record")
    assert "开始前看一眼" in careful
    [first] = press(talking, "开始")
    assert "什么时候，在哪儿" in first

    talking.says("周三组会，导师没说话")
    press(talking, "难过")
    press(talking, "委屈")
    press(talking, "选好了")
    talking.says("八")
    [facts] = talking.says("他觉得我不行")
    assert "“他觉得我不行”" in facts
    talking.says("上次让我重写")
    [both] = talking.says("他夸过我的图")
    assert "上次让我重写" in both
    assert "他夸过我的图" in both
    talking.says("他那天没说话，原因我不知道")
    talking.says("6")
    [end] = talking.says("5")

    assert "做之前 8，做之后 5" in end
    assert "有帮助吗" in end
    press(talking, "有一点")
    [entry] = entries(talking)
    assert entry.state is EntryState.DONE
    assert entry.body["helped"] == "little"
    assert entry.body["kept"]["feelings"] == ["sad", "hurt"]
    assert Job.REPLY not in talking.done, "no model is asked for any of it"


def test_the_same_in_english(in_english):
    in_english.says("exercise")
    assert "Anxious" in in_english.buttons()
    press(in_english, "Anxious")
    [first, *_] = in_english.buttons().values()
    assert first.startswith("/exercise ")

    in_english.says("/exercise distortion-finding")
    press(in_english, "Go on")
    in_english.says("I will never finish my thesis")
    [trap] = in_english.says("about 8")
    assert "Which of these" in trap
    [clue] = press(in_english, "Fortune telling: sure how it will go")
    assert clue.startswith("It treats something that hasn't happened as settled.")
    assert "“I will never finish my thesis”" in clue
    in_english.says("ever")
    in_english.says("One chapter is late")
    [end] = in_english.says("four")

    assert "Before 8, after 4" in end
    [thanks] = press(in_english, "Yes")
    assert "Noted" in thanks


def test_a_choice_may_lead_past_what_does_not_apply(talking):
    talking.says("/exercise distortion-finding")
    press(talking, "继续")
    talking.says("我爸病了，我很担心")
    talking.says("9")

    [end] = press(talking, "都不太像")

    assert "那就不硬套" in end
    assert "有帮助吗" in end


# ------------------------------------------------------------ leaving and coming back


@pytest.mark.parametrize("words", ["稍后再做", "下次再说", "待会再做"])
def test_what_was_put_off_goes_on_where_it_stood(talking, words):
    breathing(talking)
    talking.says(words)
    assert entries(talking)[0].state is EntryState.LATER

    [menu] = talking.says("练习")
    assert "“方块呼吸”还有一半放着" in menu
    [step] = press(talking, "接着做")

    assert "跟着走四圈" in step
    assert entries(talking)[0].state is EntryState.RUNNING


def test_an_exercise_that_waits_may_be_begun_anew(talking):
    breathing(talking)
    press(talking, "稍后再做")
    talking.says("/exercise box-breathing")

    [first] = press(talking, "从头来")

    assert "现在身体有多慌" in first
    assert len(entries(talking)) == 2


def test_one_word_ends_it_and_what_follows_is_talk(talking):
    breathing(talking)

    assert "做到哪儿都算数" in talking.says("不做了")[0]

    assert entries(talking)[0].state is EntryState.STOPPED
    talking.says("室友太吵了")
    assert Job.REPLY in talking.done


def test_a_text_that_fits_nothing_is_talk_and_the_exercise_waits(talking):
    breathing(talking)

    talking.says("其实我昨晚只睡了三个小时")

    assert Job.REPLY in talking.done
    assert entries(talking)[0].state is EntryState.RUNNING


def test_after_hours_of_silence_a_text_is_talk_again(talking):
    talking.says("/exercise distortion-finding")
    press(talking, "继续")
    talking.clock.passes(hours=3)

    talking.says("今天下雨了")

    assert Job.REPLY in talking.done
    assert entries(talking)[0].body["kept"] == {}


def test_a_button_of_an_earlier_step_shows_where_we_are(talking):
    breathing(talking)
    old = next(
        choice.value
        for _, _, choices in talking.telegram.sent
        for choice in choices
        if choice.label == "9"
    )

    [said] = talking.says(old, kind=InboundKind.CHOICE)

    assert said.startswith("那个按钮是前面一步的")
    assert "跟着走四圈" in said
    assert entries(talking)[0].body["kept"] == {"before": 7, "way": "hold"}


def test_a_button_of_an_exercise_that_is_over_does_nothing(talking):
    breathing(talking)
    old = talking.buttons()["上一步"]
    talking.says("不做了")

    assert "已经结束了" in talking.says(old, kind=InboundKind.CHOICE)[0]
    assert entries(talking)[0].state is EntryState.STOPPED


def test_nobody_can_press_somebody_elses_buttons(talking):
    breathing(talking)
    theirs = talking.buttons()["上一步"]
    talking.onboard(sender="u2")

    assert "已经结束了" in talking.says(theirs, sender="u2", kind=InboundKind.CHOICE)[0]
    assert entries(talking)[0].body["step"] == "box"


def test_it_is_rated_once(talking):
    talking.says("/exercise distortion-finding")
    press(talking, "继续")
    talking.says("没人喜欢我")
    talking.says("9")
    press(talking, "都不太像")
    no = talking.buttons()["没有"]
    press(talking, "有")

    assert "已经告诉过我" in talking.says(no, kind=InboundKind.CHOICE)[0]
    assert entries(talking)[0].body["helped"] == "yes"


# ------------------------------------------------------------ safety and privacy


@pytest.mark.parametrize("language", Language)
def test_a_text_at_risk_never_becomes_an_answer(campus, language):
    campus.student_id = campus.onboard()
    campus.says("/language " + language.value)
    campus.says("/exercise distortion-finding now")
    campus.says("好")

    campus.says(CRISIS[language])

    [entry] = entries(campus)
    assert entry.body["kept"] == {}
    assert entry.state is EntryState.LATER, "it waits for its button, no text falls into it"
    assert case_of(campus) is not None


def test_leaving_puts_the_exercise_off(talking):
    talking.says("/exercise distortion-finding")

    talking.says("停")

    assert entries(talking)[0].state is EntryState.LATER


def test_what_is_written_in_an_exercise_is_in_no_prompt(tmp_path):
    model = ScriptedModel("我在听。", "我在听。")
    campus = FakeCampus(tmp_path, model=model)
    campus.student_id = campus.onboard()
    campus.says("/exercise distortion-finding")
    press(campus, "继续")
    campus.says("蔷薇色的念头缠着我")
    campus.says("不做了")

    campus.says("室友太吵了")

    assert model.prompts
    assert "蔷薇" not in str([line.content for prompt in model.prompts for line in prompt])


def test_the_same_press_twice_is_taken_once(talking):
    talking.says("/exercise distortion-finding")
    value = talking.buttons()["继续"]
    for _ in range(2):
        talking.arrives(value, kind=InboundKind.CHOICE, platform_id="one")
    talking.run()

    assert entries(talking)[0].body["turn"] == 2


# ------------------------------------------------------------ timers


def test_a_timer_changes_one_message_phase_by_phase_and_goes_on_by_itself(talking):
    breathing(talking)
    [begun] = press(talking, "开始")
    assert "点“继续”" in begun
    talking.pass_timer()

    shown = talking.telegram.timers
    assert shown[0][0] is None
    assert {message for message, _ in shown[1:]} == {"timer-1"}
    assert [text.split("\n")[0] for _, text in shown[1:5]] == ["吸气", "停一停", "呼气", "停一停"]
    assert len(shown) == 1 + 16 + 1
    assert "现在身体有多慌" in talking.telegram.texts[-1]
    assert talking.says("5")[0].count("做之前 7，做之后 5") == 1


def test_going_on_early_ends_the_timer(talking):
    breathing(talking)
    press(talking, "开始")
    talking.pass_timer(steps=3)

    press(talking, "继续")
    shown = len(talking.telegram.timers)
    talking.pass_timer()

    assert len(talking.telegram.timers) == shown
    assert entries(talking)[0].body["step"] == "after"
    assert sum("现在身体有多慌" in text for text in talking.telegram.texts) == 2


def test_a_lost_job_leaves_a_button(talking):
    breathing(talking)
    press(talking, "开始")
    talking.jobs.timed.clear()
    talking.clock.passes(minutes=30)

    assert "现在身体有多慌" in press(talking, "继续")[0]


def test_a_late_job_shows_where_the_timer_is_now_and_two_of_them_end_it_once(talking):
    breathing(talking)
    press(talking, "开始")
    _, job, ids = talking.jobs.timed.pop()
    talking.clock.passes(seconds=4 + 17)
    talking.jobs.send(job, *ids)
    talking.run()
    assert talking.telegram.timers[-1][1].endswith("第 2 次，共 4 次")

    talking.clock.passes(minutes=5)
    for _ in range(2):
        talking.jobs.send(job, *ids)
    talking.run()

    assert sum("现在身体有多慌" in text for text in talking.telegram.texts) == 2


def test_a_crisis_ends_the_timer(talking):
    breathing(talking)
    press(talking, "开始")
    shown = len(talking.telegram.timers)

    talking.says(CRISIS[Language.ZH])
    sent = len(talking.telegram.sent)
    talking.pass_timer()

    assert len(talking.telegram.timers) == shown
    assert len(talking.telegram.sent) == sent


def test_a_page_plays_the_timer_itself(talking):
    web = {"platform": Platform.WEB, "sender": "w1"}
    talking.arrives("/exercise breathing-space now", **web)
    talking.run()
    with talking.store.reading() as tx:
        account = tx.students.find_account(Platform.WEB, "w1")
        talking.student_id = account.student_id

    for _ in range(9):
        [step] = _last_line(talking)
        paced = [choice for choice in step.choices if choice.pace]
        if paced:
            break
        talking.arrives(step.choices[0].value, kind=InboundKind.CHOICE, **web)
        talking.run()

    assert [one.label for one in paced] == ["开始"]
    assert sum(seconds for _, seconds in paced[0].pace) == 60
    assert paced[0].value.split()[-1] == "next"
    assert Job.SHOW_TIMER not in talking.done


def _last_line(campus):
    with campus.store.reading() as tx:
        return list(tx.talk.lines(campus.student_id, limit=50))[-1:]


# ------------------------------------------------------------ a sentence of the model

ANSWER = "周三组会的时候，导师翻了两页我的稿子就没再说话"
HEARD = "那一刻的沉默，听起来很难捱。"


@pytest.fixture
def reflecting(campus):
    """A campus with a model that may say a sentence to some answers."""
    campus.reflector = ScriptedModel([HEARD], [HEARD])
    campus.services = replace(campus.services, holds_questions=True, reflector=campus.reflector)
    campus.student_id = campus.onboard()
    campus.says("/exercise thought-record now")
    return campus


def test_a_sentence_of_the_model_may_stand_before_the_next_step(reflecting):
    (said,) = reflecting.says(ANSWER)

    assert said.startswith(f"{HEARD}\n")
    assert "当时心里有哪些感受" in said
    assert "难过" in reflecting.buttons()
    [prompt] = reflecting.reflector.prompts
    assert "什么时候，在哪儿" in prompt[-1].content


def test_steps_that_do_not_allow_it_show_the_model_nothing(reflecting):
    reflecting.says(ANSWER)
    press(reflecting, "难过")
    press(reflecting, "选好了")
    reflecting.says("8")

    (said,) = reflecting.says("他肯定觉得我不行，我毕不了业了，怎么办才好")

    assert said.startswith("你写的是：")
    assert len(reflecting.reflector.prompts) == 1


def test_a_sentence_that_breaks_the_rules_is_dropped(reflecting):
    reflecting.reflector = None
    model = ScriptedModel(["你应该去找导师谈谈。"])
    reflecting.services = replace(reflecting.services, reflector=model)

    (said,) = reflecting.says(ANSWER)

    assert said.startswith("当时心里有哪些感受")


def test_when_the_job_is_lost_the_step_leaves_by_itself(reflecting):
    reflecting.arrives(ANSWER)
    reflecting.run(only={Job.ASSESS})
    reflecting.jobs.sent.clear()
    reflecting.clock.passes(seconds=60)
    reflecting.jobs.send(Job.SWEEP)
    reflecting.run()

    assert reflecting.telegram.texts[-1].startswith("当时心里有哪些感受")
    assert reflecting.reflector.prompts == []


# ------------------------------------------------------------ finding one


def test_late_at_night_what_needs_no_writing_is_offered_first(talking):
    talking.says("练习")
    assert next(iter(talking.buttons())) == "焦虑、心慌"

    talking.clock.passes(seconds=NIGHT.total_seconds())
    [said] = talking.says("练习")

    assert "这么晚了" in said
    assert next(iter(talking.buttons())) == "躺着就能做的"


def test_needs_lead_to_a_few_exercises_and_to_others(talking):
    talking.says("练习")
    press(talking, "睡不着")
    first = list(talking.buttons())
    press(talking, "换一批")
    second = list(talking.buttons())

    assert len(first) == 5 + 2
    assert not set(first[:5]) & set(second[:-2])
    assert all("分钟" in label for label in first[:5])


def test_where_an_exercise_comes_from_is_told(talking):
    [said] = talking.says("/exercise about worry-time")

    assert "依据：" in said
    assert "不是治疗" in said


@pytest.mark.parametrize("argument", ["nonsense", "for nothing", "zzzz 1 next", "easy -1"])
def test_what_nobody_knows_is_answered_kindly(talking, argument):
    assert talking.says(f"/exercise {argument}") != []


# ------------------------------------------------------------ games


@pytest.mark.parametrize(
    ("language", "over"), [(Language.ZH, "五个看完了"), (Language.EN, "That was five")]
)
def test_a_game_of_five_scenes_with_a_reason_for_each(campus, language, over):
    campus.student_id = campus.onboard()
    campus.says(f"/language {language}")
    campus.says("/game")
    [said] = campus.says("/game name-the-feeling")
    seen = []
    for number in range(1, 6):
        assert f"{number} / 5" in said
        seen.append(said.split("\n")[-1])
        [said] = campus.says(list(campus.buttons())[number % 3])

    assert over in said
    assert len(set(seen)) == 5
    [entry] = entries(campus, EntryKind.GAME)
    assert entry.state is EntryState.DONE
    assert Job.REPLY not in campus.done


def test_a_game_is_left_with_a_word_and_other_words_are_talk(talking):
    talking.says("/game spot-the-trap")
    talking.says("今天好累")
    assert Job.REPLY in talking.done

    assert "不玩了" in talking.says("不玩了")[0]
    [entry] = entries(talking, EntryKind.GAME)
    assert entry.state is EntryState.STOPPED


def test_a_button_of_an_earlier_scene_guesses_at_nothing(talking):
    talking.says("/game spot-the-trap")
    first = next(iter(talking.buttons().values()))
    talking.says(first, kind=InboundKind.CHOICE)

    [said] = talking.says(first, kind=InboundKind.CHOICE)

    assert "前面一个场景" in said
    assert entries(talking, EntryKind.GAME)[0].body["done"] == 1


def test_a_game_waits_while_a_safety_question_is_open(talking):
    talking.says("我不想活了")

    said = talking.says("/game spot-the-trap")

    assert said == [say("game.after_safety", Language.ZH)]
    assert entries(talking, EntryKind.GAME) == []


def test_scenes_do_not_come_again_in_the_next_game(talking):
    seen = []
    for _ in range(4):
        talking.says("/game name-the-feeling")
        for _ in range(5):
            seen.append(talking.telegram.texts[-1].split("\n")[-1])
            talking.says(next(iter(talking.buttons().values())), kind=InboundKind.CHOICE)

    assert len(set(seen)) == 20
