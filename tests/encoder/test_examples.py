"""Labelled texts are read with care: a wrong row is named by file and line, never by its words."""

from __future__ import annotations

import json

import pytest

from companion.errors import BadInput
from lab.encoder.examples import AUGMENTED, Example, apart, example_of, read_examples, split
from lab.encoder.tasks import TASKS, TaskName

RISK, EMOTION, DISTORTION = (TASKS[name] for name in TaskName)


def write(path, *lines):
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines))
    return path


@pytest.mark.parametrize(
    ("task", "row", "labels"),
    [
        (RISK, {"labels": ["high"]}, ("high",)),
        (RISK, {"labels": "watch"}, ("watch",)),
        (RISK, {"level": "imminent", "kinds": ["suicide"]}, ("imminent",)),
        (EMOTION, {"labels": ["sadness", "fear"]}, ("sadness", "fear")),
        (EMOTION, {"emotions": []}, ()),
        (DISTORTION, {"distortion": True}, ("distortion",)),
        (DISTORTION, {"distortion": "none"}, ("none",)),
    ],
)
def test_a_row_says_its_label_in_the_ways_a_corpus_does(task, row, labels):
    assert example_of({"text": "x", **row}, task).labels == labels


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ({"text": "秘密", "labels": ["bad"]}, "'bad' is no label of risk; known: none, watch"),
        ({"text": "秘密", "labels": ["none", "high"]}, "exactly one label"),
        ({"text": "秘密"}, 'needs "labels"'),
        ({"text": "  ", "labels": ["none"]}, "not empty"),
        ({"sentence": "秘密", "labels": ["none"]}, "its columns: labels, sentence"),
        ("{not json", "not JSON"),
        ('["秘密"]', "not an object"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_and_without_its_words(tmp_path, line, complaint):
    file = write(tmp_path / "rows.jsonl", {"text": "fine", "labels": ["none"]}, line)

    with pytest.raises(BadInput) as refused:
        read_examples([file], RISK)

    assert str(refused.value).startswith("rows.jsonl:2: ")
    assert complaint in str(refused.value)
    assert "秘密" not in str(refused.value)


def test_nothing_to_read_is_said(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        read_examples([tmp_path / "none.jsonl"], RISK)
    with pytest.raises(BadInput, match="no rows"):
        read_examples([write(tmp_path / "empty.jsonl", "")], RISK)


def test_a_folder_is_read_whole(tmp_path):
    for name in ("b", "a"):
        write(tmp_path / f"{name}.jsonl", {"text": name, "labels": ["none"]})

    assert [one.text for one in read_examples([tmp_path], RISK)] == ["a", "b"]


def test_an_augmented_row_is_no_evidence(tmp_path):
    file = write(tmp_path / "rows.jsonl", {"text": "x", "labels": ["none"], AUGMENTED: True})

    assert len(read_examples([file], RISK)) == 1
    with pytest.raises(BadInput, match="texts that people wrote"):
        read_examples([file], RISK, evaluation=True)


def test_the_development_part_is_the_same_each_time_and_shares_no_text():
    examples = [Example(f"text {number % 150}", ("none",)) for number in range(300)]

    first, again = split(examples, 0.2, 7), split(examples, 0.2, 7)

    assert first == again
    assert not {one.text for one in first.train} & {one.text for one in first.dev}
    assert 30 <= len(first.dev) <= 90
    assert split(examples, 0.2, 8) != first


def test_a_text_of_the_development_file_is_not_learned_from():
    same, other = Example("same", ("none",)), Example("other", ("high",))

    assert apart([same, other], [same]).train == (other,)
    with pytest.raises(BadInput, match="training part is empty"):
        apart([same], [same])


def test_an_error_shows_no_text():
    assert "告别" not in repr(Example("告别", ("high",)))
