"""Scales as a talk: one question at a time, item nine, stopping, resuming, and what is told."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest

from bot.desk.evidence import in_words
from companion.care.entries import EntryKind, EntryState
from companion.care.scale_file import packaged_scales, read_school_scale
from companion.flows.export import export_file
from companion.flows.picture import draw_named
from companion.language import Language
from companion.messages import InboundKind
from companion.risk import Level
from companion.texts import say
from tests.fakes.campus import FakeCampus
from tests.unit.test_scales import PSS_TEXT

STATES = tuple(EntryState)


class Filling:
    """One student who fills in scales."""

    def __init__(self, campus, language):
        self.campus, self.language = campus, language
        self.student_id = campus.onboard()
        if language is Language.EN:
            self.press("/language en")

    def say(self, key, **fields):
        return say(f"scale.{key}", self.language, **fields)

    def press(self, value):
        return self.campus.says(value, kind=InboundKind.CHOICE)

    def taps(self, label):
        return self.press(self.campus.buttons()[label])

    def label(self, name, value):
        options = packaged_scales()[name].options
        [label] = [option.label[self.language] for option in options if option.value == value]
        return label

    def fills(self, name, *values):
        """Take a scale and answer with these values; None skips."""
        self.press(f"/scale {name} start")
        told = []
        for value in values:
            told = self.taps(self.say("skip") if value is None else self.label(name, value))
        return told

    def entries(self):
        with self.campus.store.reading() as tx:
            return tx.care.entries.latest(self.student_id, EntryKind.SCALE, states=STATES)

    def item(self, name, number):
        return packaged_scales()[name].items[number - 1][self.language]

    def cases(self):
        with self.campus.store.reading() as tx:
            return tx.cases.all_of(self.student_id)


@pytest.fixture(params=Language)
def student(campus, request):
    return Filling(campus, request.param)


@pytest.fixture
def zh(campus):
    return Filling(campus, Language.ZH)


@pytest.fixture
def en(campus):
    return Filling(campus, Language.EN)


# ------------------------------------------------------------ from the list to the result


def test_the_list_tells_what_there_is_and_that_it_is_no_diagnosis(student):
    for words in ("/scale", "量表", "自测", "questionnaire"):
        [told] = student.campus.says(words)

        assert told.startswith(student.say("list"))
        assert told.endswith(student.say("screening"))
        assert list(student.campus.buttons()) == ["WHO-5", "GAD-7", "PHQ-9"]


def test_a_scale_is_told_of_before_it_begins_with_its_notice(student):
    told, *others = (
        student.campus.says(words)[0] for words in ("PHQ-9", "抑郁自测", "/scale phq-9")
    )

    assert others == [told, told]
    phq = packaged_scales()["phq9"]
    assert phq.licence[student.language] in told
    assert phq.source in told
    assert student.say("intro_alarm", number=9).strip() in told
    assert student.entries() == []


def test_one_question_at_a_time_then_the_result_in_plain_words(student):
    student.press("/scale gad7 start")
    for number in range(1, 8):
        assert student.item("gad7", number) in student.campus.telegram.texts[-1]
        told = student.taps(student.label("gad7", 1))

    [told] = told
    band = packaged_scales()["gad7"].bands[1]
    assert "GAD-7" in told
    assert "7" in told
    assert band.says[student.language] in told
    assert student.say("screening") in told
    [entry] = student.entries()
    assert entry.state is EntryState.DONE
    assert (entry.body["language"], entry.body["version"]) == (student.language, "GAD-7 (2006)")
    assert entry.body["licence"] == packaged_scales()["gad7"].licence[student.language]


def test_answers_may_be_typed_and_stay_out_of_the_talk(student):
    student.press("/scale who5 start")
    for reply in ("1", student.label("who5", 4), "3", "4", "5"):
        told = student.campus.says(reply)

    assert "60" in told[0]
    with student.campus.store.reading() as tx:
        assert tx.talk.turns(student.student_id, limit=20) == []


def test_talk_in_between_is_talk_and_the_question_waits(en):
    en.press("/scale gad7 start")
    told = en.campus.says("I had soup for lunch")

    assert en.item("gad7", 1) not in told[-1]
    assert en.item("gad7", 2) in en.campus.says("1")[-1]


def test_back_asks_the_question_before_again_and_forgets_its_answer(en):
    en.press("/scale gad7 start")
    en.taps(en.label("gad7", 3))
    [told] = en.taps(en.say("back"))

    assert en.item("gad7", 1) in told
    assert en.say("back") not in en.campus.buttons()
    assert en.entries()[0].body["answers"] == []


def test_an_earlier_button_changes_nothing(zh):
    zh.press("/scale gad7 start")
    first = zh.campus.buttons()[zh.label("gad7", 3)]
    zh.press(first)
    [told] = zh.press(first)

    assert told.startswith(zh.say("past"))
    assert zh.item("gad7", 2) in told
    assert zh.entries()[0].body["answers"] == [3]


def test_a_skipped_question_is_told_and_nothing_is_added_up(en):
    [told] = en.fills("gad7", 1, None, 1, 1, 1, None, 1)

    assert en.say("open", short="GAD-7", numbers="2, 6") in told
    assert "5 " not in told
    assert en.entries()[0].body["answers"] == [1, None, 1, 1, 1, None, 1]


def test_skipping_everything_leaves_no_result(zh):
    assert zh.fills("who5", *[None] * 5) == [zh.say("all_skipped")]
    assert zh.entries()[0].state is EntryState.STOPPED


# ------------------------------------------------------------ stop, later, again


def test_it_can_be_stopped_and_the_old_button_says_so(zh):
    zh.press("/scale gad7 start")
    answer = zh.campus.buttons()[zh.label("gad7", 1)]

    assert zh.taps(zh.say("stop")) == [zh.say("stopped")]
    assert zh.press(answer) == [zh.say("gone")]
    assert zh.entries()[0].body["answers"] == []


def test_it_can_wait_and_be_taken_up_where_it_stood(en):
    en.press("/scale gad7 start")
    en.taps(en.label("gad7", 2))
    en.taps(en.say("later"))
    en.campus.clock.passes(hours=30)

    [told] = en.taps(en.say("resume"))
    assert en.item("gad7", 2) in told


def test_the_list_and_the_name_lead_back_to_what_is_half_done(zh):
    zh.press("/scale gad7 start")
    zh.taps(zh.say("later"))

    assert zh.say("state_waiting") in zh.campus.says("/scale")[0]
    assert zh.press("/scale gad7") == [zh.say("waiting", short="GAD-7")]
    [told] = zh.taps(zh.say("anew"))
    assert zh.item("gad7", 1) in told
    assert [one.state for one in zh.entries()].count(EntryState.RUNNING) == 1


def test_after_two_days_it_speaks_of_other_days_and_begins_anew(en):
    en.press("/scale gad7 start")
    en.taps(en.say("later"))
    resume = en.campus.buttons()[en.say("resume")]
    en.campus.clock.passes(hours=49)

    assert en.press(resume) == [en.say("stale", short="GAD-7")]
    assert en.entries()[0].state is EntryState.STOPPED


def test_the_exit_word_lets_it_wait_and_words_are_talk_again(zh):
    zh.press("/scale gad7 start")
    zh.campus.says("/stop")

    assert zh.entries()[0].state is EntryState.LATER
    assert zh.item("gad7", 2) not in zh.campus.says("1")[-1]


def test_it_is_not_taken_oftener_than_it_can_tell_anything(zh):
    zh.fills("who5", *[4] * 5)
    [told] = zh.press("/scale who5 start")

    assert told == zh.say("too_early", short="WHO-5", at="2026-12-06")
    [again] = zh.taps(zh.say("last_result"))
    assert "80" in again
    assert len(zh.entries()) == 1


def test_the_next_result_tells_the_course_with_dates(student):
    student.fills("who5", *[2] * 5)
    student.campus.clock.passes(days=15)
    [told] = student.fills("who5", *[4] * 5)

    assert "2026-11-22: 40 → 2026-12-07: 80" in told
    assert student.say("change_better") in told
    student.taps(student.say("chart_button"))
    with student.campus.store.reading() as tx:
        drawn = draw_named(
            tx,
            tx.students.get(student.student_id),
            f"scale who5 light {student.language}",
            campus=student.campus.campus,
            now=student.campus.clock.now(),
        )
    assert drawn.told == "WHO-5\n2026-11-22: 40 → 2026-12-07: 80"
    assert {"40", "80", "11/22", "12/7"} <= set(re.findall(r">([^<>]+)<", drawn.svg))


# ------------------------------------------------------------ what is offered


def test_at_the_threshold_a_person_is_offered(en):
    en.fills("gad7", *[2] * 7)

    assert en.campus.buttons()[en.say("human")] == "/human"


def test_below_it_nobody_is_pressed_on_anybody(zh):
    zh.fills("gad7", *[1] * 7)

    assert zh.say("human") not in zh.campus.buttons()


def test_low_well_being_offers_the_phq(zh):
    zh.fills("who5", *[2] * 5)

    [told] = zh.taps(zh.say("then"))
    assert packaged_scales()["phq9"].title[zh.language] in told


# ------------------------------------------------------------ item nine


def test_any_yes_to_item_nine_starts_the_safety_dialogue_whatever_the_sum(student):
    value = 1 if student.language is Language.ZH else 3
    student.fills("phq9", *[0] * 8, value)

    kinds = [text for text in student.campus.telegram.texts[-3:] if "12356" in text]
    assert len(kinds) == 1
    with student.campus.store.reading() as tx:
        state = tx.safety.talks.get(student.student_id)
        [case] = tx.cases.all_of(student.student_id)
        [trigger] = tx.cases.triggers(case.id)
        verdict = tx.inbound.verdict(trigger.message_id)
    assert state.is_asking
    assert (case.level, verdict.level) == (Level.MODERATE, Level.MODERATE)
    assert trigger.evidence == (f"PHQ-9 item 9 answered {value}",)
    assert in_words(trigger.evidence[0], Language.ZH) != trigger.evidence[0]
    assert not any(
        packaged_scales()["phq9"].bands[0].says[student.language] in text
        for text in student.campus.telegram.texts
    )


def test_typed_it_starts_the_dialogue_too(en):
    en.fills("phq9", *[0] * 8)
    en.campus.says("2")

    with en.campus.store.reading() as tx:
        assert tx.safety.talks.get(en.student_id).is_asking
    assert len(en.cases()) == 1


def test_a_no_or_nothing_to_item_nine_starts_nothing_and_nothing_is_told_as_that(student):
    [told] = student.fills("phq9", *[0] * 8, None)

    assert student.cases() == []
    assert student.say("alarm_open", number=9) in told
    assert student.say("human") in student.campus.buttons()


def test_while_the_dialogue_asks_the_scale_waits_and_afterwards_its_result_is_there(zh):
    zh.fills("phq9", *[1] * 9)
    assert zh.press("/scale") == [zh.say("after_safety")]

    zh.campus.clock.passes(hours=7)  # The safety talk has fallen silent.
    zh.campus.says("/scale")
    [told] = zh.taps(f"{zh.say('resume')}: PHQ-9")

    assert "9 分" in told
    assert zh.say("human") not in zh.campus.buttons()
    assert zh.entries()[0].state is EntryState.DONE


def test_the_screen_knows_of_item_nine_for_a_day(zh):
    def level_of(text):
        received = zh.campus.arrives(text)
        zh.campus.run()
        with zh.campus.store.reading() as tx:
            return tx.inbound.verdict(received.message_id).level

    zh.fills("phq9", *[0] * 8, 2)
    zh.campus.clock.passes(hours=7)
    soon = level_of("我刚才是乱说的，当我没说")
    zh.campus.clock.passes(hours=30)

    assert soon >= Level.WATCH
    assert level_of("今天中午吃了面") is Level.NONE


def test_answered_again_the_open_case_is_raised_and_no_second_one_is_opened(zh):
    zh.fills("phq9", *[0] * 8, 1)
    zh.campus.clock.passes(hours=7)
    zh.press("/scale")
    resume = zh.campus.buttons()[f"{zh.say('resume')}: PHQ-9"]
    code = resume.split()[1]
    zh.press(f"/scale {code} 10 back")
    zh.taps(zh.label("phq9", 3))

    [case] = zh.cases()
    with zh.campus.store.reading() as tx:
        assert len(tx.cases.triggers(case.id)) == 2


# ------------------------------------------------------------ what is kept


def test_without_consent_to_storage_it_is_said_how_long_a_result_stays(en):
    en.press("/consent storage no")

    assert en.say("unstored") in en.campus.says("/scale gad7")[0]


def test_an_export_holds_the_results_with_their_notice_and_privacy_counts_them(zh):
    zh.fills("who5", *[4] * 5)

    assert "量表 1 份" in zh.press("/privacy")[0]
    assert zh.campus.buttons()
    content = export_file(zh.student_id, services=zh.campus.services)
    assert _in_zip(content, "nuanyu.json").count('"total": 80') == 1
    assert "WHO-5: 80" in _in_zip(content, "nuanyu.html")


def test_a_school_that_holds_a_licence_brings_the_text(tmp_path):
    campus = FakeCampus(tmp_path)
    own = read_school_scale(PSS_TEXT, file="pss10.toml")
    campus.services = replace(campus.services, campus=replace(campus.campus, scales=(own,)))
    student = Filling(campus, Language.ZH)
    assert "PSS-10" in student.campus.says("/scale")[0]
    student.press("/scale pss10 start")
    for _ in range(10):
        told = student.taps("选项2")

    assert "20 分" in told[0]
    campus.close()


def test_without_the_text_it_says_why_it_cannot_be_taken(zh):
    assert zh.campus.says("/scale pss10") == [zh.say("no_text", short="PSS-10")]


def _in_zip(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()
