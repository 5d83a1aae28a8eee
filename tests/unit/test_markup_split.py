"""Where a long text is cut."""

from __future__ import annotations

import pytest

from infra.senders.split import split, utf16_length


def cut(text, limit):
    return [text[start:end] for start, end in split(text, limit=limit)]


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        pytest.param("short", 10, ["short"], id="short"),
        pytest.param(
            "第一段。\n\n第二段。再说。",
            9,
            ["第一段。", "第二段。再说。"],
            id="paragraph before sentence",
        ),
        pytest.param("一行字\n两行字好长", 7, ["一行字", "两行字好长"], id="line"),
        pytest.param("我很累。我想睡觉。", 7, ["我很累。", "我想睡觉。"], id="Chinese sentence"),
        pytest.param(
            "他说：“我累。”我听着呢",
            9,
            ["他说：“我累。”", "我听着呢"],
            id="the closing quote stays",
        ),
        pytest.param(
            "I am tired. Let me rest now.",
            20,
            ["I am tired.", "Let me rest now."],
            id="English sentence",
        ),
        pytest.param(
            "It costs 3.50 or so today",
            16,
            ["It costs 3.50 or", "so today"],
            id="a point in a number ends nothing",
        ),
        pytest.param(
            "Really?! Yes, I think so", 14, ["Really?!", "Yes, I think", "so"], id="question"
        ),
        pytest.param(
            "一直说，一直说下去没有停",
            8,
            ["一直说，一直说下", "去没有停"],
            id="no comma in the second half",
        ),
        pytest.param("one two three four", 9, ["one two", "three", "four"], id="word"),
        pytest.param("没有标点的字", 4, ["没有标点", "的字"], id="anywhere at last"),
        pytest.param("  a  ", 4, ["a"], id="space around"),
        pytest.param("   ", 4, [], id="blank"),
    ],
)
def test_a_text_is_cut_where_a_reader_would_pause(text, limit, parts):
    assert cut(text, limit) == parts


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param("👨‍👩‍👧‍👦", id="a family"),
        pytest.param("👍🏽", id="a skin tone"),
        pytest.param("🇨🇳", id="a flag"),
        pytest.param("e\u0301", id="an accent"),
        pytest.param("❤️", id="a heart"),
        pytest.param("🏴󠁧󠁢󠁳󠁣󠁴󠁿", id="the flag of Scotland"),
    ],
)
def test_a_sign_made_of_several_is_never_torn(sign):
    text = sign * 40

    parts = cut(text, limit=3 * utf16_length(sign) + 1)

    assert "".join(parts) == text
    assert all(part.replace(sign, "") == "" for part in parts)


def test_a_text_of_accents_alone_is_cut_all_the_same():
    text = "e" + "\u0301" * 500

    parts = cut(text, limit=100)

    assert "".join(parts) == text
    assert max(map(len, parts)) == 100
