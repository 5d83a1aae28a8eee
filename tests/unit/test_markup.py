"""The model's markdown, as a student sees it on Telegram."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infra.senders.markup import read_markdown
from infra.senders.wire import ENTITY_LIMIT, TEXT_LIMIT, text_parts

CASES = [
    pytest.param("**好**吗", "好吗", [("bold", "好")], id="bold"),
    pytest.param(
        "**你好。**世界",
        "你好。世界",
        [("bold", "你好。")],
        id="bold that ends in a Chinese full stop",
    ),
    pytest.param(
        "你好**“世界”**吧", "你好“世界”吧", [("bold", "“世界”")], id="bold around Chinese quotes"
    ),
    pytest.param("*想你。*啊", "想你。啊", [("italic", "想你。")], id="italic before a letter"),
    pytest.param(
        "***重要。***然后", "重要。然后", [("bold", "重要。"), ("italic", "重要。")], id="both"
    ),
    pytest.param(
        "*slow* _down_", "slow down", [("italic", "slow"), ("italic", "down")], id="italic"
    ),
    pytest.param(
        "## 第**一**步\n呼吸", "第一步\n呼吸", [("bold", "第一步"), ("bold", "一")], id="heading"
    ),
    pytest.param("- 喝水\n- 睡觉", "• 喝水\n• 睡觉", [], id="list"),
    pytest.param("1. a\n2. b\n   - c", "1. a\n2. b\n  • c", [], id="numbers and a list inside"),
    pytest.param("3) c\n4) d", "3) c\n4) d", [], id="numbers that begin later"),
    pytest.param("`x**`", "x**", [("code", "x**")], id="code is left alone"),
    pytest.param("```py\na **b**\n```", "a **b**", [("pre", "a **b**")], id="a block of code"),
    pytest.param("```没事 的\nx", "没事 的\nx", [("pre", "x")], id="words behind a fence stay"),
    pytest.param(
        "> 别怕\n> 慢慢来", "别怕\n慢慢来", [("blockquote", "别怕\n慢慢来")], id="quotation"
    ),
    pytest.param("[这里](https://a.org)", "这里", [("text_link", "这里")], id="link"),
    pytest.param("[电话](tel:123) [x](http://a.org)", "电话 x", [], id="only https links"),
    pytest.param("<https://a.org>", "https://a.org", [], id="a bare address links itself"),
    pytest.param("一段\n\n二段\n三行", "一段\n\n二段\n三行", [], id="paragraphs and lines stay"),
    pytest.param("a<br>b <b>c</b> <3", "a\nb c <3", [], id="html"),
    pytest.param("5 &amp; 6", "5 & 6", [], id="entities"),
    pytest.param("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2", [], id="table"),
    pytest.param("**没写完", "没写完", [], id="a mark nobody closed"),
    pytest.param("你**很**好**", "你很好", [("bold", "很")], id="one mark too many"),
    pytest.param("5*3*2=30, 2**10", "5*3*2=30, 2**10", [], id="sums"),
    pytest.param("f***, 2 * 3", "f***, 2 * 3", [], id="stars that are no marks"),
    pytest.param("好呀~~我也是~~", "好呀~~我也是~~", [], id="a cheerful tone is not struck out"),
    pytest.param(">_< 好难 ^_^ (-_-)", ">_< 好难 ^_^ (-_-)", [], id="faces"),
    pytest.param(
        "sentence\n---\nmore", "sentence\n———\nmore", [], id="a line of dashes is no heading"
    ),
    pytest.param("    four spaces", "four spaces", [], id="an indented line is no code"),
    pytest.param("[1]: 不是链接", "[1]: 不是链接", [], id="a footnote is not swallowed"),
]


@pytest.mark.parametrize(("markdown", "plain", "formatting"), CASES)
def test_markdown_is_shown_as_it_was_meant(markdown, plain, formatting):
    text, spans = read_markdown(markdown)

    assert text == plain
    assert [(span.type, text[span.start : span.end]) for span in spans] == formatting


@pytest.mark.parametrize("text", ["**", "# ", "****", "[]()"])
def test_what_is_nothing_but_marks_is_sent_as_it_is_rather_than_not_at_all(text):
    [part] = text_parts(text, markdown=True)

    assert part.text


def test_a_text_that_is_not_markdown_stays_as_it_is():
    [part] = text_parts("**not** bold_", markdown=False)

    assert (part.text, part.marks) == ("**not** bold_", ())


def test_half_a_letter_is_replaced_rather_than_sent():
    [part] = text_parts("a\ud83d b", markdown=False)

    assert part.text == "a\ufffd b"


def units(text):
    return len(text.encode("utf-16-le")) // 2


words = st.text(
    st.sampled_from("ab好难过，。！？ \n😀👨‍👩‍👧e\u0301**__*_`#>-~[]()|1.+"), max_size=200
)


@given(words)
@example("[](。)")
@example("[好](难过)")
@settings(max_examples=300, deadline=None)
def test_whatever_the_marks_no_word_is_lost(text):
    wanted = re.sub(r"[^a-b好难过，。！？😀]", "", text)

    plain, _ = read_markdown(text)

    assert re.sub(r"[^a-b好难过，。！？😀]", "", plain) == wanted


@given(words, st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_every_part_is_one_that_telegram_takes(text, times):
    long = "头" + text * times

    for part in text_parts(long, markdown=True):
        assert 0 < units(part.text) <= TEXT_LIMIT
        assert len(part.marks) <= ENTITY_LIMIT
        encoded = part.text.encode("utf-16-le")
        for mark in part.marks:
            assert 0 <= mark.offset < mark.offset + mark.length <= units(part.text)
            # Cutting a pair of surrogates would not decode.
            encoded[2 * mark.offset : 2 * (mark.offset + mark.length)].decode("utf-16-le")


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=300), st.integers(1, 100))
@settings(max_examples=150, deadline=None)
def test_a_plain_text_arrives_whole(text, times):
    long = "x" + text * times

    parts = text_parts(long, markdown=False)

    assert "".join("".join(part.text for part in parts).split()) == "".join(long.split())


@given(st.text(string.printable, max_size=120))
@settings(max_examples=200, deadline=None)
def test_nothing_a_model_writes_can_break_the_reader(text):
    plain, spans = read_markdown(text)

    assert all(0 <= span.start < span.end <= len(plain) for span in spans)
