"""What a student reads on the worst night: short, true, the right numbers, one question."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from itertools import product

import pytest

from companion.campus import Campus, DutyLine
from companion.language import Language
from companion.open_hours import OpenHours
from companion.risk import Kind, Level, Subject, Verdict
from companion.risk.hotlines import registry
from companion.safety import NOBODY, Card, People, Reach, crisis_card, numbers_card

NIGHT = datetime(2026, 11, 22, 18, tzinfo=UTC)  # 02:00 in Shanghai
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 12:00 in Shanghai
DUTY = DutyLine(
    name={Language.ZH: "学校值班电话", Language.EN: "Campus duty line"},
    phone="021-5550 1234",
    hours=(OpenHours(days=frozenset(range(1, 8)), opens=time(8), closes=time(22)),),
)
REGIONS = ["CN", "HK", "MO", "TW", "US", "CA", "GB", "IE", "AU", "SG", "JP", "DE", "CH", "XX"]
CARDED = [level for level in Level if level.needs_card]
FORBIDDEN = re.compile(
    "保密|发誓|答应我|加油|想想你的父母|自私|坚强|确诊|[!！]"
    r"|secret|promise me|selfish|be strong|cheer up|commit|\bdiagnos",
    re.IGNORECASE,
)
METHODS = re.compile("药|刀|绳|跳|割|炭|天台|pill|knife|rope|jump|cut|overdose|gun", re.IGNORECASE)


def card(
    level: Level = Level.MODERATE,
    kind: Kind = Kind.SUICIDE,
    *,
    subject: Subject = Subject.SELF,
    campus: Campus | None = None,
    language: Language = Language.ZH,
    now: datetime = NIGHT,
    people: People = NOBODY,
) -> Card:
    return crisis_card(
        Verdict(level=level, kinds=(kind,), subject=subject),
        campus=campus or Campus(),
        language=language,
        now=now,
        people=people,
    )


def questions(text: str) -> int:
    return len(re.findall("[?？]", text))


Case = tuple[Level, Kind, Subject, Language, str]
Shown = tuple[Case, Card]
ALL: list[Case] = list(product(CARDED, Kind, (Subject.SELF, Subject.OTHER), Language, REGIONS))


@pytest.fixture(scope="module")
def all_cards() -> list[Shown]:
    return [
        (case, card(level, kind, subject=subject, campus=Campus(region=region), language=language))
        for case in ALL
        for level, kind, subject, language, region in [case]
    ]


def test_every_card_asks_exactly_one_question_and_ends_with_it(all_cards: list[Shown]) -> None:
    for case, shown in all_cards:
        assert questions(shown.text) == 1, case
        assert shown.text[-1] in "?？", case


def test_a_number_or_a_place_to_turn_to_stands_in_the_first_three_lines(
    all_cards: list[Shown],
) -> None:
    for case, shown in all_cards:
        first = "\n".join(shown.text.splitlines()[:3])
        assert re.search(r"\d|findahelpline\.com", first) or "当地" in first or "local" in first, (
            case
        )


def test_every_number_on_a_card_is_in_the_registry(all_cards: list[Shown]) -> None:
    known = registry().known_numbers()
    harmless = {"24", "2", "10", "14", "00", "35"}  # hours, a menu option, an age
    for case, shown in all_cards:
        for number in re.findall(
            r"\+?\d[\d \-]*\d|\d+", shown.text.replace("24 小时", "").replace("24 h", "")
        ):
            digits = re.sub(r"\D", "", number)
            parts = set(re.findall(r"\d+", number))
            named = any(digits in value or value in digits for value in known)
            assert named or parts <= harmless, (case, number)


def test_no_card_promises_secrecy_moralises_or_names_a_way(all_cards: list[Shown]) -> None:
    for case, shown in all_cards:
        assert not FORBIDDEN.search(shown.text), case
        assert not METHODS.search(shown.text), case


def test_every_card_says_that_it_is_an_ai(all_cards: list[Shown]) -> None:
    assert all("AI" in shown.text for _, shown in all_cards)


def test_cards_are_short_enough_for_a_tired_eye(all_cards: list[Shown]) -> None:
    for (_, _, _, language, region), shown in all_cards:
        if language is Language.ZH:
            limit = 280 if region != "CN" else 220
            assert len(re.sub(r"\s", "", shown.text)) <= limit, shown.text
        else:
            assert len(shown.text.split()) <= 135, shown.text


@pytest.mark.parametrize("language", Language)
def test_an_imminent_card_opens_with_the_emergency_number(language: Language) -> None:
    first = card(Level.IMMINENT, language=language).text.splitlines()[0]

    assert "120" in first
    assert len(first) < 40


def test_the_police_come_first_when_somebody_else_is_the_danger() -> None:
    assert "110 或 120" in card(Level.IMMINENT, Kind.ABUSE).text.splitlines()[0]


def test_where_no_emergency_number_is_known_none_is_invented() -> None:
    text = card(Level.IMMINENT, campus=Campus(region="XX"), language=Language.EN).text

    assert text.startswith("Please call your local emergency number now.")
    assert "findahelpline.com" in text


def test_mainland_cards_name_12356_the_backup_and_the_emergency_numbers() -> None:
    text = card().text

    assert text.index("12356") < text.index("400-161-9995") < text.index("120 或 110")


def test_an_open_campus_line_is_on_top() -> None:
    shown = card(campus=Campus(duty_line=DUTY), now=NOON)

    assert "021-5550 1234" in shown.text.splitlines()[1]
    assert shown.choices[0].url == "tel:02155501234"


def test_a_closed_campus_line_comes_after_the_open_ones_and_says_so() -> None:
    text = card(campus=Campus(duty_line=DUTY), now=NIGHT).text

    assert text.index("400-161-9995") < text.index("021-5550 1234（现在不在值班时间）")


def test_at_most_three_lines_besides_the_emergency_numbers() -> None:
    for region in REGIONS:
        shown = card(campus=Campus(region=region, duty_line=DUTY), now=NOON)

        rows = [line for line in shown.text.splitlines() if line.startswith("·")]
        assert len(rows) <= 4


def test_each_number_can_be_tapped() -> None:
    urls = {choice.url for choice in card().choices}

    assert {"tel:12356", "tel:4001619995", "tel:120", "tel:110"} <= urls


def test_those_who_cannot_speak_are_offered_writing_where_there_is_a_line() -> None:
    text = card(campus=Campus(region="US"), language=Language.EN).text

    assert "text HOME to 741741" in text


def test_it_says_what_happens_and_what_to_do_when_nobody_picks_up() -> None:
    text = card(language=Language.EN).text

    assert "Someone picks up" in text
    assert "If nobody picks up, try the next one" in text


def test_nobody_is_claimed_to_have_been_told_unless_it_is_true() -> None:
    assert "没有真人在看" in card().text
    assert "nobody is reading along" in card(language=Language.EN).text


def test_when_a_person_was_told_or_is_being_told_the_student_hears_which() -> None:
    assert "已经收到提醒" in card(people=People(Reach.TOLD)).text
    assert "have had an alert" in card(people=People(Reach.TOLD), language=Language.EN).text
    assert "现在就去提醒" in card(people=People(Reach.TELLING)).text
    assert (
        "alerting the on-call staff"
        in card(people=People(Reach.TELLING), language=Language.EN).text
    )


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        (datetime(2026, 11, 23, 0, tzinfo=UTC), "08:00 之前没有老师值班", "before 08:00;"),
        (datetime(2026, 11, 24, 0, tzinfo=UTC), "明天 08:00 之前", "before 08:00 tomorrow"),
        (datetime(2026, 11, 27, 1, tzinfo=UTC), "11-27 09:00 之前", "before 11-27 09:00"),
    ],
    ids=["today", "tomorrow", "later"],
)
def test_when_nobody_is_on_duty_the_card_says_until_when(at: datetime, zh: str, en: str) -> None:
    coming = People(Reach.COMING, at)

    assert zh in card(people=coming).text
    assert en in card(people=coming, language=Language.EN).text


@pytest.mark.parametrize("level", CARDED)
def test_a_worried_friend_is_spoken_to_as_a_friend(level: Level) -> None:
    text = card(level, subject=Subject.OTHER).text

    assert "TA" in text
    assert "你现在是在想结束自己的生命" not in text


def test_abuse_is_never_the_student_s_fault_and_safety_is_asked_first() -> None:
    text = card(kind=Kind.ABUSE).text

    assert "不是你的错" in text
    assert text.endswith("你现在待的地方安全吗？")


def test_an_english_reader_is_told_which_lines_speak_chinese() -> None:
    assert "in Chinese" in card(language=Language.EN).text


def test_lines_of_one_city_are_not_shown_to_a_whole_country() -> None:
    assert "021-962525" not in card().text
    assert "0120-279-226" not in card(campus=Campus(region="JP")).text


def test_who_asks_for_the_numbers_while_a_question_waits_gets_them_without_another_one() -> None:
    shown = numbers_card(campus=Campus(), language=Language.ZH, now=NIGHT)

    assert questions(shown.text) == 0
    assert shown.text.index("12356") < shown.text.index("120 或 110")
    assert "AI" in shown.text


def test_the_last_buttons_answer_the_question() -> None:
    answers = [choice.label for choice in card().choices if choice.url is None]

    assert answers == ["有，我想过", "没有想过", "说不清", "不想说"]


def test_a_verdict_without_kinds_still_gets_a_whole_card() -> None:
    """An outage of the screen counts as worrying: the card must not depend on a kind."""
    shown = crisis_card(
        Verdict(level=Level.MODERATE), campus=Campus(), language=Language.ZH, now=NIGHT
    )

    assert "12356" in shown.text


def test_a_card_never_shows_its_words_in_a_log() -> None:
    assert "12356（" not in repr(card())
