"""A page of the journal, and what is read out of several: guesses that stay struck out."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from companion.care.journal import PREVIEW, Page, Written, ends_page, puts_off
from companion.dialogue.journal_reading import Kind, Sheet, read_over

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=ZONE)
_numbers = count(1)


def written(text, number=None, *, alarming=False):
    return Written(message_id=UUID(int=number or next(_numbers)), text=text, alarming=alarming)


def sheets(*texts, at=NOON, every=timedelta(days=3)):
    """Pages, the newest first."""
    return [
        Sheet(code=f"{number:08x}", at=at - number * every, text=text)
        for number, text in enumerate(texts)
    ]


def struck_out(pages, finding):
    return [
        Sheet(code=page.code, at=page.at, text=page.text, wrong=page.wrong | {finding.key})
        for page in pages
    ]


def of_kind(found, kind):
    return [finding for finding in found if finding.kind is kind]


# ------------------------------------------------------------ a page


def test_messages_join_into_one_page_and_none_twice():
    page = Page().add(written("第一句", 1)).add(written("第二句", 2)).add(written("第二句", 2))

    assert page.text == "第一句\n第二句"


def test_a_page_comes_back_as_it_was_kept():
    page = Page().add(written("今天", alarming=True)).noted(UUID(int=9)).without("theme:exams")

    assert Page.from_json(page.to_json()) == page


def test_a_changed_message_replaces_the_one_it_was_and_its_old_line_goes_with_the_page():
    page = Page().add(written("今天去了图书官", 1)).add(written("晚上下雨", 2))

    changed = page.change(written("今天去了图书馆", 3))

    assert changed.text == "今天去了图书馆\n晚上下雨"
    assert changed.lines == {UUID(int=1), UUID(int=2), UUID(int=3)}


def test_a_message_that_is_like_none_of_the_page_is_a_new_one():
    page = Page().add(written("今天去了图书馆", 1)).change(written("rain again", 2))

    assert page.text == "今天去了图书馆\nrain again"


def test_what_started_the_safety_dialogue_may_be_seen_by_who_looks_after_it():
    page = Page().add(written("今天", 1)).add(written("撑不下去了", 2, alarming=True))

    assert page.noted(UUID(int=3)).private_lines == {UUID(int=1), UUID(int=3)}


@pytest.mark.parametrize("words", [["考试"], ["考試"], ["LIBRARY"], ["图书馆", "library"]])
def test_words_are_found_whatever_their_case_or_script(words):
    assert Page().add(written("考试前在图书馆 Library 坐了一天")).has(words)


def test_every_word_must_be_there():
    assert not Page().add(written("考试")).has(["考试", "图书馆"])


def test_a_list_shows_how_a_page_begins_on_one_line():
    preview = Page().add(written("很长\n" * 100)).preview()

    assert "\n" not in preview
    assert len(preview) == PREVIEW


@pytest.mark.parametrize("text", ["写完了", "写完了。", "Done", "finished."])
def test_these_words_end_a_page(text):
    assert ends_page(text)


@pytest.mark.parametrize("text", ["作业写完了", "I'm done with him", "今天写完了论文"])
def test_these_are_words_of_the_page(text):
    assert not ends_page(text)
    assert not puts_off(text)


# ------------------------------------------------------------ what several pages tell

EXAMS = ("高数考试又没考好，复习不完。", "期末考试快到了，绩点怎么办。", "考试前一晚睡不着。")


def test_what_comes_back_is_a_theme_and_once_is_none():
    found = of_kind(read_over(sheets(*EXAMS, "室友又吵到三点")), Kind.THEME)

    assert [finding.about for finding in found] == ["exams"]
    assert len(found[0].pages) == 3


def test_of_a_single_page_its_own_theme_is_told():
    found = of_kind(read_over(sheets("期末考试快到了，绩点怎么办。")), Kind.THEME)

    assert [finding.about for finding in found] == ["exams"]


def test_pages_of_the_night_are_told_of_where_most_of_a_theme_is():
    late = NOON.replace(hour=2)

    at_night = read_over(sheets(*EXAMS, at=late))
    at_noon = read_over(sheets(*EXAMS))

    assert [finding.about for finding in of_kind(at_night, Kind.NIGHT)] == ["exams"]
    assert of_kind(at_noon, Kind.NIGHT) == []


def test_a_course_is_told_of_several_pages_over_some_time_only():
    glad, sad = "今天和朋友去爬山，特别开心。", "今天很难过，一直在哭。"
    pages = [glad] * 4 + [sad] * 4

    assert of_kind(read_over(sheets(*pages)), Kind.EASIER)
    assert of_kind(read_over(sheets(*reversed(pages))), Kind.HARDER)
    assert not of_kind(read_over(sheets(*pages, every=timedelta(hours=1))), Kind.EASIER)
    assert not of_kind(read_over(sheets(glad, glad, sad, sad)), Kind.EASIER)


@pytest.mark.parametrize(
    ("sentence", "about"),
    [
        ("我永远做不好任何事。", "overgeneralisation"),
        ("I always fail at everything.", "overgeneralisation"),
    ],
)
def test_a_bent_thought_is_shown_in_its_own_words(sentence, about):
    [trap] = of_kind(read_over(sheets(f"今天吃了面。{sentence}")), Kind.TRAP)

    assert (trap.about, trap.quote) == (about, sentence)


@pytest.mark.parametrize("text", ["今天吃了面，走了走。", "我想死，活着没有任何意义。"])
def test_neither_plain_words_nor_despair_are_called_a_trap(text):
    assert of_kind(read_over(sheets(text)), Kind.TRAP) == []


def test_what_was_struck_out_is_never_told_again_of_those_pages():
    pages = sheets(*EXAMS, "我永远做不好任何事。", at=NOON.replace(hour=2))
    found = read_over(pages)
    assert {Kind.THEME, Kind.NIGHT, Kind.TRAP} <= {finding.kind for finding in found}

    for finding in found:
        left = read_over(struck_out(pages, finding))
        assert finding.key not in {one.key for one in left}


def test_a_struck_sentence_stays_struck_on_another_page():
    pages = sheets("我永远做不好任何事。", "我永远做不好任何事！")
    [trap] = of_kind(read_over(pages), Kind.TRAP)

    left = [*struck_out(pages[1:], trap), pages[0]]

    assert of_kind(read_over(left), Kind.TRAP) == []


def test_nothing_is_read_out_of_nothing():
    assert read_over([]) == []


def test_every_button_that_strikes_out_fits_telegram():
    pages = sheets(*EXAMS, "他们夸我不过是客气，考得好只是运气。", at=NOON.replace(hour=2))

    for finding in read_over(pages):
        assert len(f"/journal wrong {finding.key} 20261122".encode()) <= 64
