"""The corpus is large, broad, honest about its parts, and harmless to read for somebody in need."""

from __future__ import annotations

import json
from collections import Counter
from itertools import product

import pytest
from typer.testing import CliRunner

from companion.errors import BadInput
from companion.language import Language
from companion.risk.levels import Kind, Level, Subject
from companion.turns import Role, Turn
from lab.corpus import SLICES, Line, Part, Writer, load, writers
from lab.corpus.agreement import agreement, kappa, readings
from lab.corpus.card import renewed
from lab.corpus.commands import app
from lab.corpus.faults import faults
from lab.corpus.near import near_pairs, same_words
from lab.corpus.reading import HERE, read_lines
from lab.corpus.refused import refusal
from tests.house.tree import read

ENOUGH = {Language.ZH: 8_000, Language.EN: 5_000}
#: Fewer would not show what a slice is about; English has little dialect and mixing.
DEEP = {Language.ZH: 200, Language.EN: 40}
WRITER = Writer(name="zh99", language=Language.ZH, part=Part.TRAIN, voice="an example")
GOOD = {
    "id": "zh99-0001",
    "text": "东西都送出去了，就这样吧",
    "history": [{"role": "assistant", "text": "今天怎么样？"}],
    "level": "high",
    "kinds": ["suicide"],
    "subject": "self",
    "slice": "implicit",
    "twin": "zh99-t1",
    "evidence": [[0, 7]],
}


@pytest.fixture(scope="module")
def corpus():
    return load()


def a_line(text, **other):
    plain = {
        "id": "zh99-0001",
        "language": Language.ZH,
        "part": Part.TRAIN,
        "writer": "zh99",
        "level": Level.MODERATE,
        "kinds": (Kind.SUICIDE,),
        "subject": Subject.SELF,
        "slice": "explicit",
    }
    return Line(text=text, **plain | other)


# ------------------------------------------------------------ what is there


@pytest.mark.parametrize("language", Language)
def test_there_is_enough_to_learn_from(language):
    assert len(load(language, Part.TRAIN)) >= ENOUGH[language]


@pytest.mark.parametrize(("language", "part"), list(product(Language, Part)))
def test_every_level_subject_and_kind_is_there_in_every_part(language, part):
    lines = load(language, part)

    assert {line.level for line in lines} == set(Level)
    assert {line.subject for line in lines} == set(Subject)
    assert {kind for line in lines for kind in line.kinds} == set(Kind)


@pytest.mark.parametrize("language", Language)
def test_every_slice_is_deep(language):
    slices = Counter(line.slice for line in load(language, Part.TRAIN))

    assert {name: slices[name] for name in SLICES if slices[name] < DEEP[language]} == {}


@pytest.mark.parametrize("language", Language)
def test_each_kind_is_there_at_each_level_of_crisis(language):
    found = Counter(
        (kind, line.level) for line in load(language, Part.TRAIN) for kind in line.kinds
    )

    crises = [level for level in Level if level.needs_card]
    assert [
        (kind, level.label)
        for kind, level in product(set(Kind) - {Kind.DISTRESS}, crises)
        if found[kind, level] < 3
    ] == []


def test_about_half_of_all_lines_are_harmless(corpus):
    harmless = sum(line.level is Level.NONE for line in corpus)

    assert 0.4 < harmless / len(corpus) < 0.6


def test_many_risky_lines_have_a_harmless_twin(corpus):
    twins = {}
    for line in corpus:
        if line.twin:
            twins.setdefault(line.twin, []).append(line)
    both = [
        pair
        for pair in twins.values()
        if any(line.level is Level.NONE for line in pair)
        and any(line.level > Level.NONE for line in pair)
    ]

    assert len(both) > 1000


def test_evidence_is_words_of_the_message(corpus):
    shown = [line.text[start:end] for line in corpus for start, end in line.evidence]

    assert len(shown) > 10_000
    assert [piece for piece in shown if not piece.strip()] == []


def test_lines_come_in_the_order_of_the_files():
    ids = [json.loads(row)["id"] for row in read("lab/corpus/lines/zh/zh01.jsonl").splitlines()]

    assert [line.id for line in load(Language.ZH, Part.TRAIN)][: len(ids)] == ids


# ------------------------------------------------------------ parts


def test_who_writes_for_dev_or_test_writes_nothing_for_train(corpus):
    parts = {}
    for line in corpus:
        parts.setdefault(line.writer, set()).add(line.part)

    assert {name for name, found in parts.items() if len(found) > 1} == set()
    assert {line.writer for line in corpus} == {writer.name for writer in writers()}


def test_every_file_of_lines_belongs_to_a_writer():
    files = {path.relative_to(HERE / "lines") for path in (HERE / "lines").rglob("*.jsonl")}

    named = {f"{writer.language}/{writer.name}.jsonl" for writer in writers()}
    assert {path.as_posix() for path in files} == named


def test_the_corpus_has_no_fault(corpus):
    """No near duplicate between or inside parts, no detail of a method, no lone twin."""
    assert list(faults(corpus)) == []


# ------------------------------------------------------------ the checks find what they look for


@pytest.mark.parametrize(
    "line",
    [
        a_line("我把布洛芬都吃了"),
        a_line("ibuprofen for a cold", level=Level.NONE, kinds=(), language=Language.EN),
        a_line("我吃了三十片药"),
        a_line("took forty pills", language=Language.EN),
        a_line("我在十二楼阳台"),
        a_line("on the 9th floor ledge", language=Language.EN),
        a_line("站在长江大桥上"),
        a_line("农药在我手里"),
        a_line("加我 13800001111", level=Level.NONE, kinds=()),
        a_line("look at www.example.org", level=Level.NONE, kinds=(), language=Language.EN),
        a_line("嗯", history=(Turn(Role.USER, "吃了三十片药"),)),
    ],
    ids=lambda line: line.text,
)
def test_a_line_is_refused_that_says(line):
    assert refusal(line)


@pytest.mark.parametrize(
    "text", ["吃了很多药", "在天台上", "楼上有人跳绳", "等了三十分钟", "她一片好心", "awww. no"]
)
def test_a_line_may_say(text):
    assert refusal(a_line(text)) is None


def test_near_duplicates_are_found_and_contrasts_left():
    one = a_line("把书和吉他都分给他们了，说是搬家，其实没有下一站", id="a")
    other = a_line("把书和吉他全都分给他们了，说是搬家，其实没有下一站了", id="b")
    harmless = a_line(one.text[:-2] + "一", id="c", level=Level.NONE, kinds=())
    test = a_line(harmless.text, id="d", level=Level.NONE, kinds=(), part=Part.TEST)

    assert [(x.id, y.id) for x, y in near_pairs([one, other])] == [("a", "b")]
    assert list(near_pairs([one, harmless])) == []
    assert [(x.id, y.id) for x, y in near_pairs([one, test])] == [("a", "d")]


def test_short_messages_are_compared_as_a_whole_and_with_their_talk():
    asked = (Turn(Role.ASSISTANT, "有没有想过死？"),)
    group = [a_line("嗯", id="a"), a_line("嗯。", id="b"), a_line("嗯", id="c", history=asked)]

    assert [[line.id for line in same] for same in same_words(group)] == [["a", "b"]]


def test_faults_name_ids_and_quote_nobody():
    lines = [
        a_line("我吃了三十片药", id="zh99-1", twin="zh99-t1"),
        a_line("好累", id="zh99-2"),
        a_line("好累", id="zh99-2", part=Part.DEV, level=Level.WATCH),
    ]
    found = list(faults(lines))

    assert len(found) == 5
    assert [fault for fault in found if "药" in fault or "累" in fault] == []


# ------------------------------------------------------------ a bad line is refused


def test_a_good_line_is_read_whole(tmp_path):
    (line,) = read_lines(written(tmp_path, GOOD), WRITER)

    assert line.text[slice(*line.evidence[0])] == "东西都送出去了"
    assert line.history == (Turn(Role.ASSISTANT, "今天怎么样？"),)
    assert (line.level, line.kinds) == (Level.HIGH, (Kind.SUICIDE,))
    assert line.text not in repr(line)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "zh01-0001"}, "begin with zh99-"),
        ({"text": " "}, "text"),
        ({"text": "两行\n字"}, "one line"),
        ({"text": "[[东西]]都送出去了"}, "brackets"),
        ({"level": "severe"}, "level"),
        ({"level": 3}, "level"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["sadness"]}, "kinds"),
        ({"kinds": ["suicide", "suicide"]}, "kinds"),
        ({"level": "none"}, "kinds"),
        ({"level": "none", "kinds": []}, "evidence"),
        ({"subject": "me"}, "subject"),
        ({"slice": "poem"}, "slice"),
        ({"twin": "zh01-t1"}, "begin with zh99-"),
        ({"history": []}, "history"),
        ({"history": [{"role": "system", "text": "好"}]}, "history"),
        ({"history": [{"role": "user"}]}, "history"),
        ({"evidence": []}, "evidence"),
        ({"evidence": [[0, 99]]}, "inside the text"),
        ({"evidence": [[3, 3]]}, "inside the text"),
        ({"evidence": [[4, 6], [0, 5]]}, "order"),
        ({"mood": "low"}, "does not know mood"),
    ],
    ids=str,
)
def test_a_line_is_refused_with_file_and_line_when(tmp_path, change, reason):
    path = written(tmp_path, GOOD | {"id": "zh99-0002"}, GOOD | change)

    with pytest.raises(BadInput, match=rf"zh99\.jsonl:2: .*{reason}"):
        list(read_lines(path, WRITER))


@pytest.mark.parametrize("field", ["id", "text", "level", "kinds", "subject", "slice"])
def test_a_line_is_refused_that_lacks(tmp_path, field):
    path = written(tmp_path, {name: value for name, value in GOOD.items() if name != field})

    with pytest.raises(BadInput, match=rf"zh99\.jsonl:1: needs {field}"):
        list(read_lines(path, WRITER))


@pytest.mark.parametrize("row", ["", "{", "[]", '"text"'])
def test_a_row_that_is_no_object_is_refused(tmp_path, row):
    path = tmp_path / "zh99.jsonl"
    path.write_text(f"{row}\n", encoding="utf-8")

    with pytest.raises(BadInput, match=r"zh99\.jsonl:1: not"):
        list(read_lines(path, WRITER))


def test_an_id_is_given_once(tmp_path):
    with pytest.raises(BadInput, match=r"zh99\.jsonl:2: .*twice"):
        list(read_lines(written(tmp_path, GOOD, GOOD), WRITER))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"zh99\.jsonl"):
        list(read_lines(tmp_path / "zh99.jsonl", WRITER))


def written(folder, *rows):
    path = folder / "zh99.jsonl"
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return path


# ------------------------------------------------------------ the second reader and the card


@pytest.mark.parametrize("language", Language)
def test_a_second_reader_agrees_about_who_needs_a_person(corpus, language):
    found = agreement(readings(corpus), language)

    assert found.lines > 700
    assert found.side_kappa > 0.9
    assert found.level_kappa > 0.9


def test_kappa_is_nothing_by_chance_and_one_when_all_agree():
    assert kappa([(0, 0), (0, 1), (1, 0), (1, 1)]) == 0
    assert kappa([(0, 0), (3, 3), (4, 4)]) == 1
    near, far = [(0, 0), (4, 4), (2, 3)], [(0, 0), (4, 4), (0, 4)]
    assert kappa(near) > kappa(far)


def test_the_data_card_gives_todays_figures(corpus):
    card = read("lab/corpus/README.md")

    assert renewed(card, corpus) == card


@pytest.mark.parametrize("command", ["stats", "agreement"])
def test_the_commands_print_figures_and_no_message(corpus, command):
    printed = CliRunner().invoke(app, [command])

    assert printed.exit_code == 0
    assert "| zh |" in printed.output or "| zh | en |" in printed.output
    assert [line.id for line in corpus if len(line.text) > 9 and line.text in printed.output] == []
