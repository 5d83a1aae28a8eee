"""The safety dialogue as talks: every branch, what must never be said, and any order of answers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.dialogue.commands import parse_command
from companion.language import Language
from companion.risk import Kind, Level, Subject, Verdict
from companion.risk.screen import _SEEN
from companion.safety.dialogue import Branch, State
from companion.safety.dialogue.levels import _ECHOES
from companion.safety.dialogue.steps import branches, steps
from companion.safety.dialogue.words import dialogue_words
from companion.safety.people import Reach
from tests.conversations.safety_talks import (
    CALM,
    SafetyTalk,
    carried_out,
    lines_of,
    transcripts,
    written,
)
from tests.house.unsaid import RULES

MODERATE = Verdict(level=Level.MODERATE, kinds=(Kind.SUICIDE,), subject=Subject.SELF)
HIGH = replace(MODERATE, level=Level.HIGH)
IMMINENT = replace(MODERATE, level=Level.IMMINENT)
ENDING = re.compile("再见|拜拜|祝你|goodbye|take care|good luck", re.IGNORECASE)
LEADING = re.compile(
    "吧[?？]|不会.{0,6}吧|没有.{0,4}对吗|right[?]|do you[?]$|don't you|you don't have"
)
SHAPELESS = re.compile(r"\{\w*\}")
_QUESTION = re.compile("[?？]")
_QUOTED = re.compile('“[^”]*”|"[^"]*"')


def talk_in(language=Language.ZH, verdict=MODERATE, **how):
    talk = SafetyTalk(language=language, **how)
    talk.begins(verdict)
    return talk


def label(step, code, language=Language.ZH):
    return dialogue_words(language).label(step, code)


def asked_in(text):
    """The question of a message: its last line, quotations left out."""
    return [row for row in text.splitlines() if _QUESTION.search(_QUOTED.sub("", row))]


@pytest.fixture(scope="module", params=transcripts(), ids=lambda path: path.stem)
def transcript(request):
    text = request.param.read_text(encoding="utf-8")
    return request.param.stem, text, list(carried_out(request.param.stem, lines_of(text)))


# ------------------------------------------------------------ transcripts


def test_the_talk_goes_as_it_is_written_down(transcript):
    """A change is read by a person: python -m tests.conversations.safety_talks."""
    name, text, _ = transcript

    assert written(name, lines_of(text)) == text


def test_each_branch_has_a_transcript_in_each_language():
    names = {path.stem for path in transcripts()}

    assert {name[3:] for name in names if name.startswith("zh")} == {
        name[3:] for name in names if name.startswith("en")
    }
    assert len(names) >= 40


def test_every_branch_is_walked_in_a_transcript():
    walked = set()
    for path in transcripts():
        talk = SafetyTalk(language=Language(path.stem[:2]))
        for line in lines_of(path.read_text(encoding="utf-8")):
            talk.says(line.text, line.verdict, alone=line.alone)
            walked |= {talk.state.branch} if talk.state else set()

    assert walked == set(Branch) - {Branch.PLAN}


# ------------------------------------------------------------ must never


def test_no_message_asks_two_things_and_none_asks_twice(transcript):
    _, _, talk = transcript
    seen = []
    for _, said in talk:
        if said is not None:
            asked = asked_in(said.text)
            assert len(_QUESTION.findall(_QUOTED.sub("", said.text))) <= 1, said.text
            assert not set(asked) & set(seen), asked
            seen += asked


def test_no_message_is_the_same_as_one_before(transcript):
    _, _, talk = transcript
    texts = [said.text for _, said in talk if said is not None]

    assert len(texts) == len(set(texts))


def test_a_number_is_always_within_reach(transcript):
    _, _, talk = transcript
    for _, said in talk:
        if said is not None:
            values = {choice.value for choice in said.choices}
            urls = {choice.url for choice in said.choices}
            assert "/sos" in values or "tel:12356" in urls, said.text


def test_it_never_ends_the_talk_and_never_says_goodbye(transcript):
    _, _, talk = transcript
    for _, said in talk:
        assert said is None or not ENDING.search(said.text), said.text


def test_it_never_leads_to_a_no(transcript):
    _, _, talk = transcript
    for _, said in talk:
        for question in asked_in(said.text) if said else []:
            assert not LEADING.search(question), question


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_it_breaks_no_rule_of_safe_messaging(transcript, rule):
    _, _, talk = transcript
    registered = re.compile(r"findahelpline\.com")
    for _, said in talk:
        if said is not None:
            assert rule.found_in(registered.sub("", said.text)) is None, said.text


def test_every_place_in_a_wording_is_filled(transcript):
    _, _, talk = transcript
    for _, said in talk:
        assert said is None or not SHAPELESS.search(said.text), said.text


def test_messages_after_the_card_are_short(transcript):
    name, _, talk = transcript
    after_card = [said for _, said in talk if said is not None][1:]
    for said in after_card:
        plain = _QUOTED.sub("", said.text)
        size = len(plain) if name.startswith("zh") else len(plain.split())
        assert size <= (150 if name.startswith("zh") else 85), said.text


@pytest.mark.parametrize("language", Language)
def test_thoughts_plan_time_means_alone_and_past_are_each_asked(language):
    talk = talk_in(language)
    for step, code in [
        ("thoughts", "yes"),
        ("recent", "recent"),
        ("plan", "yes"),
        ("when", "none"),
        ("means", "yes"),
        ("distance", "trying"),
        ("alone", "alone"),
        ("past", "no"),
        ("call", "voice"),
        ("person", "friend"),
        ("sent", "sent"),
        ("ground", "none"),
    ]:
        assert talk.state.pending == step
        assert talk.says(label(step, code, language)) is not None

    assert talk.level is Level.HIGH


@pytest.mark.parametrize("language", Language)
def test_both_professionals_and_somebody_close_are_named(language):
    """VERA-MH: naming only professionals, or only friends, is a failure."""
    talk = talk_in(language, verdict=IMMINENT)
    said = []
    while talk.state.pending and talk.state.pending not in {"write", "ground"}:
        code = steps()[talk.state.pending].codes[-1]
        said.append(talk.says(label(talk.state.pending, code, language)).text)

    assert {"call", "person"} <= set(talk.state.asked)


@pytest.mark.parametrize("language", Language)
def test_at_imminent_risk_the_emergency_number_stands_first(language):
    talk = talk_in(language)
    talk.says(label("thoughts", "yes", language))
    talk.says(label("recent", "now", language))
    talk.says(label("plan", "yes", language))

    said = talk.says(label("when", "today", language))

    assert "120" in said.text.splitlines()[0]
    assert {"tel:120", "tel:110"} <= {choice.url for choice in said.choices}
    assert talk.level is Level.IMMINENT
    assert talk.state.branch is Branch.NOW


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", ["cost", "police", "parents", "recorded", "voice", "useless"])
def test_each_thing_that_makes_it_hard_to_call_has_an_honest_answer(language, reason):
    talk = talk_in(language)
    talk.state = replace(talk.state, pending="call", asked=(*talk.state.asked, "call"))

    answer = talk.says(label("call", reason, language)).text

    promises = "保证|一定不会|绝对|肯定不会|never|always|guarantee|promise"
    assert not re.search(promises, answer)
    assert len({talk_answer(language, other) for other in ("cost", "police", reason)}) >= 2


def talk_answer(language, reason):
    return dialogue_words(language).heard("call", reason)


def test_no_question_asks_for_a_way():
    for language in Language:
        words = dialogue_words(language)
        for step in ("plan", "means", "distance", "ho_things", "friend_safe"):
            for wording in words.ask(step):
                assert not re.search(
                    "用什么|什么方法|哪种方式|what method|which way|with what", wording
                )
        assert all("不用" in wording for wording in words.ask("means")) or language is Language.EN
        assert all(
            re.search("no need|no details", w, re.IGNORECASE) for w in words.ask("plan")
        ) or (language is Language.ZH)


# ------------------------------------------------------------ believing, refusing, staying


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.ZH, "只是一句歌词而已"),
        (Language.ZH, "开玩笑的啦"),
        (Language.EN, "it was only a song lyric"),
        (Language.EN, "just kidding"),
    ],
)
def test_a_lyric_or_a_joke_is_believed_and_the_level_stays(language, words):
    talk = talk_in(language, verdict=HIGH)

    said = talk.says(words)

    assert asked_in(said.text) == []
    assert talk.level is Level.HIGH
    assert not talk.state.is_asking


def test_with_an_alert_on_its_way_the_student_is_told_that_it_cannot_be_taken_back():
    assert "已经发出" in talk_in(reach=Reach.TOLD).says("开玩笑的").text
    for reach in (Reach.TELLING, Reach.COMING):
        assert "可能已经在路上" in talk_in(reach=reach).says("开玩笑的").text
    for reach in (Reach.NOBODY, Reach.UNREACHED):
        assert "提醒" not in talk_in(reach=reach).says("开玩笑的").text


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("开玩笑的", "其实不是开玩笑，我是真的想死"),
        ("只是歌词", "那不是歌词，我真的想死"),
        ("just kidding", "i wasn't joking"),
        ("it was a lyric", "ok it wasn't a song lyric"),
    ],
)
def test_what_turns_out_to_be_no_joke_is_heard_and_nothing_is_asked_again(first, then):
    talk = talk_in()
    talk.says(first)

    said = talk.says(then, MODERATE)

    assert talk.state.pending == "recent"
    assert "玩笑" not in said.text


@pytest.mark.parametrize(
    ("language", "words"),
    [(Language.ZH, "我不想聊这个了"), (Language.EN, "i don't want to talk about it")],
)
def test_who_does_not_want_to_talk_about_it_is_offered_quiet_or_an_exercise(language, words):
    talk = talk_in(language)

    said = talk.says(words)

    assert talk.state.branch is Branch.QUIET
    assert asked_in(said.text) == []
    assert label("quiet", "silence", language) in {choice.label for choice in said.choices}
    assert talk.says(label("quiet", "other", language)) is not None
    assert talk.says("食堂今天有粥" if language is Language.ZH else "there was soup today") is None


def test_refusing_twice_is_enough():
    talk = talk_in()
    talk.says("不想说")
    talk.says("不想说")

    assert talk.state.branch is Branch.QUIET


def test_after_quiet_a_new_alarm_goes_on_where_the_questions_stood():
    talk = talk_in()
    talk.says(label("thoughts", "yes"))
    talk.says("别问了")
    talk.says(label("quiet", "silence"))

    talk.says("我还是想死", MODERATE)

    assert talk.state.branch is Branch.SELF
    assert talk.state.pending == "plan"


def test_an_older_button_is_taken_up_and_the_question_goes_on_waiting():
    talk = talk_in()
    talk.says("嗯，有的")
    talk.says("这阵子常有")

    said = talk.says(label("recent", "long"))

    assert talk.state.pending == "plan"
    assert asked_in(said.text) == []
    assert label("plan", "yes") in {choice.label for choice in said.choices}


def test_an_older_button_that_is_grave_is_acted_on():
    talk = talk_in()
    talk.says(label("thoughts", "yes"))
    talk.says(label("recent", "recent"))
    talk.says("不想说")
    talk.says("开玩笑的")

    talk.says(label("plan", "yes"))

    assert talk.level is Level.HIGH
    assert talk.state.is_asking


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        (Language.ZH, "有", "yes"),
        (Language.ZH, "嗯嗯 有的", "yes"),
        (Language.ZH, "没由", "no"),
        (Language.ZH, "没有！", "no"),
        (Language.ZH, "不知道欸", "unsure"),
        (Language.ZH, "可能吧", "unsure"),
        (Language.ZH, "可以不说吗", "refuse"),
        (Language.ZH, "没有，但有时候会想", "unsure"),
        (Language.EN, "yse", "yes"),
        (Language.EN, "Yeah.", "yes"),
        (Language.EN, "nope", "no"),
        (Language.EN, "idk", "unsure"),
        (Language.EN, "i don't no", "unsure"),
        (Language.EN, "rather not say", "refuse"),
        (Language.EN, "no but sometimes", "unsure"),
        (Language.ZH, "今天作业好多", "unread"),
        (Language.EN, "the essay is due", "unread"),
    ],
)
def test_free_text_is_read_as_an_answer_and_what_is_unclear_is_not_guessed(language, text, code):
    talk = talk_in(language)

    talk.says(text)

    assert talk.state.answers["thoughts"] == code
    assert "when" not in talk.state.answers


@pytest.mark.parametrize(
    ("text", "step", "code"),
    [
        ("就今天晚上吧", "when", "today"),
        ("没有人", "alone", "alone"),
        ("怕爸妈知道", "call", "parents"),
    ],
)
def test_what_is_told_before_it_was_asked_is_not_asked_for(text, step, code):
    talk = talk_in()
    talk.says("有")
    talk.says("这阵子常有")

    talk.says(text)

    assert talk.state.answers[step] == code
    assert talk.state.pending != step


def test_the_friends_answers_are_not_taken_for_the_students_own():
    other = replace(MODERATE, subject=Subject.OTHER)
    talk = talk_in(verdict=other)
    talk.says("TA 一个人")

    turned = talk.hears("有", MODERATE, alone=CALM)

    assert turned.verdict.subject is Subject.OTHER
    assert talk.state.branch is Branch.OTHER


def test_a_worried_friend_who_does_not_want_to_live_is_asked_for_themselves():
    talk = talk_in(verdict=replace(HIGH, subject=Subject.OTHER))
    talk.says("TA 一个人")

    talk.says("我自己也不想活了，真的", MODERATE)

    assert talk.state.branch is Branch.SELF
    assert talk.state.pending == "thoughts"


def test_a_button_is_judged_by_what_it_means_whatever_the_screen_reads_in_it():
    talk = talk_in()

    turned = talk.hears(label("thoughts", "no"), IMMINENT)

    assert turned.verdict.level is Level.NONE
    assert talk.level is Level.MODERATE


def test_the_answers_raise_the_level_as_the_table_says():
    for step, code, level in [
        ("thoughts", "yes", Level.MODERATE),
        ("plan", "yes", Level.HIGH),
        ("past", "recent", Level.HIGH),
        ("past", "before", Level.MODERATE),
        ("when", "today", Level.IMMINENT),
        ("soon", "today", Level.IMMINENT),
        ("abuse_near", "near", Level.IMMINENT),
        ("med_meant", "meant", Level.IMMINENT),
    ]:
        assert steps()[step].raises[code] is level, step
    assert all(set(step.raises) == set(step.evidence) for step in steps().values())


# ------------------------------------------------------------ state, wording


def test_a_talk_goes_on_after_a_restart_as_if_nothing_had_happened():
    through, broken = talk_in(), talk_in()
    for text in ("有", "这阵子常有", "有", "没想好", "在手边", "做不到", "一个人"):
        kept = json.dumps(broken.state.to_json(), ensure_ascii=False)
        broken.state = State.from_json(json.loads(kept))
        assert broken.says(text) == through.says(text)

    assert broken.state == through.state


def test_another_talk_asks_in_other_words():
    first, second = talk_in(), talk_in()
    second.state = replace(second.state, round=1)

    assert asked_in(first.says("有").text) != asked_in(second.says("有").text)


def test_every_button_fits_every_platform_and_is_no_command():
    for language in Language:
        for step in steps().values():
            for code in step.codes:
                button = label(step.id, code, language)
                assert len(button.encode()) <= 64
                assert parse_command(button) is None, button


def test_within_a_branch_each_button_says_which_answer_it_is():
    common = {"refuse", "unsure", "skip", "next"}
    for language in Language:
        for branch, names in branches().items():
            shown = [
                (label(name, code, language), name)
                for name in names
                for code in steps()[name].codes
                if code not in common and not name.startswith(("body", "senses", "breath"))
            ]
            twice = [a for a, b in pairwise(sorted(shown)) if a[0] == b[0] and a[1] != b[1]]
            assert len(twice) <= 2, (branch, twice)


def test_what_the_models_alone_find_is_told_from_what_a_rule_finds():
    assert all(phrase.startswith(_ECHOES) for phrase in _SEEN.values())


def test_a_state_shows_no_words_in_a_log():
    talk = talk_in()
    talk.says("蔷薇")

    assert "蔷薇" not in repr(talk.state)
    assert "蔷薇" not in repr(talk.hears("蔷薇"))


# ------------------------------------------------------------ any answers in any order

_FREE = st.sampled_from(
    [
        *(
            "有",
            "没有",
            "不知道",
            "不想说",
            "嗯",
            "一个人",
            "今晚",
            "发了",
            "跳过",
            "好了",
            "我在宿舍里坐着",
        ),
        *(
            "yes",
            "no",
            "idk",
            "rather not say",
            "ok",
            "alone",
            "tonight",
            "done",
            "I am in my room",
        ),
        *(
            "开玩笑的",
            "只是歌词",
            "别问了",
            "你没听懂",
            "晚安",
            "我不想活了",
            "i want to die",
            "但是",
        ),
    ]
)
_VERDICTS = st.sampled_from(
    [CALM, CALM, CALM, replace(CALM, level=Level.WATCH), MODERATE, HIGH, IMMINENT]
    + [
        Verdict(level=Level.MODERATE, kinds=(kind,), subject=subject, evidence=("a rule",))
        for kind in Kind
        for subject in (Subject.SELF, Subject.OTHER)
    ]
)
_PRESSED = st.tuples(
    st.sampled_from(sorted(steps())), st.integers(0, 8), st.sampled_from(list(Language))
)


def _text(drawn):
    if isinstance(drawn, str):
        return drawn
    step, number, language = drawn
    codes = steps()[step].codes
    return label(step, codes[number % len(codes)], language)


@settings(max_examples=150, deadline=None)
@given(
    language=st.sampled_from(list(Language)),
    first=_VERDICTS.filter(lambda verdict: verdict.level.needs_card),
    answers=st.lists(st.tuples(st.one_of(_FREE, _PRESSED), _VERDICTS), max_size=30),
)
def test_no_order_of_answers_repeats_a_question_loses_the_numbers_or_ends(language, first, answers):
    talk = talk_in(language, verdict=first)
    asked, level = [talk.state.pending], talk.level
    for drawn, verdict in answers:
        was_asking = talk.state.is_asking
        said = talk.says(_text(drawn), verdict)
        assert talk.level >= level
        level = talk.level
        assert len(talk.state.asked) == len(set(talk.state.asked))
        if said is None:
            assert not (was_asking and talk.state.is_asking)
            continue
        assert said.text.strip()
        assert any(choice.value == "/sos" for choice in said.choices)
        if asked_in(said.text):
            assert talk.state.pending not in asked
        if talk.state.pending:
            asked.append(talk.state.pending)
