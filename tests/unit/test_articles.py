"""Articles: sound files, and a search that finds what a student's own words ask for."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from companion.care.article_search import FITS, find_articles, folded, terms
from companion.care.articles import check_article, packaged_articles, read_article
from companion.care.exercises import packaged_documents
from companion.dialogue.passages import drawn_on, passage_of
from companion.errors import ContentError
from companion.language import Language
from lab.evaluation.articles import measure

ZH, EN = Language.ZH, Language.EN


def sleep():
    return packaged_articles()["why-sleep-runs-away"]


def raw():
    file = resources.files("companion") / "content/articles/why-sleep-runs-away.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


# ------------------------------------------------------------ files


def test_there_are_forty_articles_and_nothing_is_wrong_with_any():
    assert len(packaged_articles()) >= 40
    assert [
        problem
        for name, document in packaged_documents("articles")
        for problem in check_article(document, file=name)
    ] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"topics": ["slumber"]}, "unknown topic 'slumber'"),
        ({"exercises": ["yoga"]}, "unknown exercise 'yoga'"),
        ({"sources": []}, "'sources' must be a list of texts, with one at least"),
        ({"title": {"zh": "睡"}}, "'title' has no text in en"),
        ({"keywords": {"zh": ["睡"]}}, "'en' must be a list of texts"),
        ({"id": "other"}, "the name of the file"),
        ({"colour": "red"}, "unknown key 'colour'"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(change, told):
    with pytest.raises(ContentError, match=told):
        read_article({**raw(), **change}, file="why-sleep-runs-away.toml")


@pytest.mark.parametrize("language", list(Language))
def test_an_article_is_read_in_pieces_that_lose_nothing_and_show_no_marks(language):
    for article in packaged_articles().values():
        parts = article.parts(language)

        assert "\n\n".join(parts) == article.body[language].replace("**", "")
        assert all(len(part) < 2000 for part in parts)
        assert "**" not in "".join(parts)


# ------------------------------------------------------------ the search


@pytest.mark.parametrize(
    ("language", "first", "three", "fits"), [(ZH, 0.85, 0.95, 0.9), (EN, 0.85, 0.95, 0.75)]
)
def test_the_right_article_is_found_and_small_talk_left_alone(language, first, three, fits):
    found = measure(language)

    assert found.lines >= 36
    assert found.first >= first
    assert found.among_three >= three
    assert found.fits >= fits
    assert found.disturbed == found.offered == 0


def test_traditional_characters_and_wide_letters_find_the_same():
    plain = [hit.article.id for hit in find_articles("失眠睡不着", ZH)]

    assert next(hit.article.id for hit in find_articles("失眠睡不著", ZH)) == plain[0]


@pytest.mark.parametrize(
    "text", ["", "   ", "？！", "的了吗", "the of and", "🙂", "\ud83d", "x" * 5000]
)
def test_a_text_that_says_nothing_finds_nothing(text):
    assert not any(
        hit.fit >= FITS for language in Language for hit in find_articles(text, language)
    )


def test_meaning_brings_up_what_words_miss():
    text = "羊数到一千只了"
    near = dict.fromkeys(packaged_articles(), 0.3) | {"why-sleep-runs-away": 0.8}

    assert [hit for hit in find_articles(text, ZH) if hit.fit >= FITS] == []
    best = find_articles(text, ZH, near=near)[0]
    assert (best.article.id, best.fit >= FITS) == ("why-sleep-runs-away", True)


def test_meanings_that_are_all_the_same_decide_nothing():
    near = dict.fromkeys(packaged_articles(), 0.7)

    assert find_articles("失眠", ZH, near=near) == find_articles("失眠", ZH)


def test_words_are_compared_by_pairs_of_signs_and_stems():
    assert terms(folded("睡不着了")) == ["睡不", "不着", "着了"]
    assert terms(folded("Sleeping, the WORRIES")) == ["sleep", "worri"]


# ------------------------------------------------------------ what a reply drew on


def test_a_passage_is_short_and_of_whole_paragraphs():
    passage = passage_of(sleep(), ZH, fits_well=True)

    assert len(passage.text) <= 430
    assert all(
        line in sleep().summary[ZH] + sleep().body[ZH].replace("**", "")
        for line in passage.text.split("\n")
    )


@pytest.mark.parametrize(
    ("reply", "used"),
    [
        ("听起来这几晚很难熬。你愿意说说躺着的时候在想什么吗？", False),
        (
            "困意靠醒着的时间慢慢攒，身体里的钟也管着你几点困。昨天补觉补到中午，今晚就容易乱。",
            True,
        ),
        ("有篇短文《为什么越想睡越睡不着》说，眼皮沉了再上床。", True),
        ("你说躺了三个小时还睡不着，真的很累。", False),
    ],
    ids=["listens", "says what it says", "names it", "gives the student's words back"],
)
def test_a_reply_cites_what_it_used_and_nothing_else(reply, used):
    passage = passage_of(sleep(), ZH, fits_well=True)

    found = drawn_on(reply, [passage], said="躺了三个小时还睡不着，好累")

    assert (found is not None) is used
