"""Walking through an exercise: what a text means, where it leads, what a timer shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from companion.care.exercise_file import packaged_exercises
from companion.care.games import Play, draw, games, seen_of
from companion.care.numbers_said import number_said
from companion.care.prompts import compared
from companion.care.runner import Move, Run, Timer, Verb, begin, turned
from companion.care.said import move_in, waits_for
from companion.care.shelf import easy, fitting, topics
from companion.care.timers import LEAD, beat, beat_text
from companion.language import Language

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
EXERCISES = packaged_exercises()
RECORD = EXERCISES["thought-record"]
BOX = EXERCISES["box-breathing"]


def at(exercise, step, **state):
    return Run(step=step, turn=5, **state)


def meant(step, text):
    return move_in(waits_for(step), text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("７", 7),
        ("七", 7),
        ("十", 10),
        ("0", 0),
        ("大概七分吧", 7),
        ("8/10", 8),
        ("about 6", 6),
        ("nine", 9),
        ("两分", 2),
        ("11", None),
        ("一点也没有", None),
        ("七七八八", None),
        ("我今天考了7门", None),
        ("", None),
    ],
)
def test_a_number_may_be_written_in_many_ways(text, number):
    assert number_said(text) == number


@pytest.mark.parametrize(
    ("step", "text", "verb", "value"),
    [
        pytest.param("situation", "组会没说话", Verb.SAY, "组会没说话", id="own-words"),
        pytest.param("situation", "举个例子", Verb.HINT, "", id="example"),
        pytest.param("situation", "Not now.", Verb.LATER, "", id="later"),
        pytest.param("thought", "不做了", Verb.STOP, "", id="leave"),
        pytest.param("thought", "上一步", Verb.BACK, "", id="back"),
        pytest.param("before", "八分", Verb.NUMBER, "8", id="number"),
        pytest.param("before", "一点也不", Verb.NUMBER, "0", id="its-lowest"),
        pytest.param("feelings", "难过", Verb.PICK, "sad", id="label"),
        pytest.param("feelings", "Hurt", Verb.PICK, "hurt", id="label-of-the-other-language"),
        pytest.param("feelings", "选好了", Verb.DONE, "", id="enough"),
    ],
)
def test_a_text_that_fits_the_step_belongs_to_it(step, text, verb, value):
    assert meant(RECORD.steps[step], text) == Move(verb, value)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        pytest.param("before", "其实我最近睡不着", id="scale"),
        pytest.param("feelings", "我也说不清楚，就是很烦", id="choice"),
        pytest.param("close", "你觉得我还有救吗", id="say"),
        pytest.param("before", "跳过", id="cannot-be-passed-over"),
        pytest.param("situation", "   ", id="empty"),
    ],
)
def test_a_text_that_fits_nothing_is_talk(step, text):
    assert meant(RECORD.steps[step], text) is None


def test_an_answer_is_kept_and_quoted_later():
    first = turned(RECORD, begin(RECORD), Move(Verb.SAY, " 组会 "), now=NOW)

    assert first.run.kept == {"situation": "组会"}
    assert (first.run.step, first.run.turn) == ("feelings", 2)


def test_of_several_choices_each_is_taken_back_by_a_second_press():
    run = at(RECORD, "feelings")
    for code in ("sad", "angry", "sad"):
        run = turned(RECORD, run, Move(Verb.PICK, code), now=NOW).run
    done = turned(RECORD, run, Move(Verb.DONE), now=NOW).run

    assert run.turn == 5, "the first message's buttons still count"
    assert done.kept == {"feelings": ["angry"]}


def test_nothing_chosen_is_not_enough():
    assert turned(RECORD, at(RECORD, "feelings"), Move(Verb.DONE), now=NOW) is None


def test_a_choice_leads_its_own_way_and_is_heard():
    run = at(BOX, "way")

    assert turned(BOX, run, Move(Verb.PICK, "no_hold"), now=NOW).run.step == "soft"
    trap = EXERCISES["distortion-finding"]
    heard = turned(trap, at(trap, "trap"), Move(Verb.PICK, "should"), now=NOW)
    assert "应该" in heard.heard[Language.ZH]


@pytest.mark.parametrize(
    "move",
    [
        Move(Verb.NUMBER, "11"),
        Move(Verb.NUMBER, "x"),
        Move(Verb.SAY, "七"),
        Move(Verb.PICK, "sad"),
        Move(Verb.SKIP),
        Move(Verb.NEXT),
        Move(Verb.BACK),
    ],
)
def test_a_move_that_makes_no_sense_at_a_scale_leads_nowhere(move):
    assert turned(BOX, begin(BOX), move, now=NOW) is None


def test_the_way_back_is_the_way_that_was_come():
    run = at(BOX, "after", trail=("before", "settle", "way", "soft"))

    back = turned(BOX, run, Move(Verb.BACK), now=NOW).run

    assert (back.step, back.trail) == ("soft", ("before", "settle", "way"))


def test_the_last_words_ask_for_no_press():
    done = turned(BOX, at(BOX, "after", kept={"before": 8}), Move(Verb.NUMBER, "5"), now=NOW)

    assert done.run.is_over
    assert done.closing == BOX.steps["close"].text
    assert done.run.kept == {"before": 8, "after": 5}


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({"before": 8, "after": 5}, "做之前 8，做之后 5"),
        ({"before": 5, "after": 5}, "没变也很正常"),
        ({"before": 5}, ""),
    ],
)
def test_numbers_are_shown_without_judging_them(kept, said):
    text = compared(at(BOX, "end", kept=kept), Language.ZH)

    assert said in text
    assert bool(said) is bool(text)


def test_where_somebody_is_survives_its_way_through_json():
    run = Run(step="box", turn=4, kept={"before": 7}, trail=("before",), timer=Timer(NOW, "31"))

    assert Run.from_json(run.as_json()) == run


# ------------------------------------------------------------ timers


@pytest.mark.parametrize(
    ("seconds", "label", "round_", "left"),
    [
        (-1, None, 1, 1),
        (0, "吸气", 1, 4),
        (3.5, "吸气", 1, 0.5),
        (4, "停一停", 1, 4),
        (17, "吸气", 2, 3),
        (63, "停一停", 4, 1),
    ],
)
def test_the_phase_follows_from_the_time_alone(seconds, label, round_, left):
    found = beat(BOX.steps["box"], Timer(NOW), now=NOW + LEAD + timedelta(seconds=seconds))

    assert (found.phase and found.phase.label[Language.ZH]) == label
    assert (found.round, found.left.total_seconds()) == (round_, left)


def test_a_timer_is_over_after_its_last_phase():
    step = BOX.steps["box"]
    over = beat(step, Timer(NOW), now=NOW + LEAD + timedelta(seconds=step.seconds))

    assert over is None
    assert "慢慢" in beat_text(step, over, Language.ZH)


# ------------------------------------------------------------ finding one


def test_at_night_what_asks_least_comes_first():
    day = fitting(EXERCISES, "anxiety", easy_first=False)
    night = fitting(EXERCISES, "anxiety", easy_first=True)

    assert {one.id for one in day} == {one.id for one in night}
    efforts = ["low medium high".split().index(one.effort) for one in night]
    assert efforts == sorted(efforts)
    assert all(one.effort == "low" for one in easy(EXERCISES))


def test_every_need_that_is_offered_has_an_exercise():
    for topic in topics(EXERCISES):
        assert fitting(EXERCISES, topic, easy_first=False)


# ------------------------------------------------------------ games


class Chance:
    """Shuffles nothing."""

    def shuffle(self, items):
        pass


def test_no_scene_comes_again_before_all_were_seen():
    game = games()["spot-the-trap"]
    rounds = len(game.rounds[Language.ZH])
    played = []
    for _ in range(3 * rounds):
        seen = seen_of(played, rounds=rounds)
        play = draw(game, seen=seen, chance=Chance())
        unseen = rounds - len(seen)
        assert len(set(play.drawn) - seen) == min(5, unseen)
        played.insert(0, Play(drawn=play.drawn, done=5))

    shown = [number for play in played for number in play.drawn]
    assert {shown.count(number) for number in range(rounds)} <= {14, 15, 16}


def test_a_round_that_was_left_unseen_comes_again():
    assert seen_of([Play(drawn=(3, 4, 5), done=1)], rounds=20) == {3}
