"""Noisy copies keep their label, and what decides a label is never noised away."""

from __future__ import annotations

import json
import re

import pytest

from companion.errors import BadInput
from lab.encoder.augment import _noise, copies, run
from lab.encoder.examples import Example, read_examples
from lab.encoder.settings import Augmenting, Noise
from lab.encoder.tasks import TASKS, TaskName

CHINESE = "我在宿舍坐着，心里很难受，考试也不想去了。"
ENGLISH = "I was sitting in the dorm, feeling empty, and the exam is tomorrow."


def noisy(text, *kinds, count=12):
    return [one.text for one in copies(Example(text, ("watch",)), count, seed=3, kinds=kinds)]


@pytest.mark.parametrize("kind", Noise)
@pytest.mark.parametrize("text", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_each_noise_changes_a_text_or_leaves_it_and_keeps_the_label(kind, text):
    made = copies(Example(text, ("watch",)), 6, seed=1, kinds=[kind])

    assert all(one.text != text and one.labels == ("watch",) for one in made)
    assert len({one.text for one in made}) == len(made)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Noise.TYPO, ENGLISH),
        (Noise.HOMOPHONE, CHINESE),
        (Noise.DROP, CHINESE),
        (Noise.DROP, ENGLISH),
        (Noise.SWAP, CHINESE),
        (Noise.SWAP, ENGLISH),
        (Noise.CASE, ENGLISH),
        (Noise.PUNCTUATION, CHINESE),
        (Noise.PUNCTUATION, ENGLISH),
        (Noise.TRADITIONAL, CHINESE),
    ],
)
def test_each_noise_does_something(kind, text):
    assert noisy(text, kind)


def test_traditional_writes_the_other_script():
    assert "難受" in noisy(CHINESE, Noise.TRADITIONAL)[0]


def test_a_homophone_is_another_character_of_the_same_sound():
    assert any(
        "再宿舍" in one or "做着" in one for one in noisy(CHINESE, Noise.HOMOPHONE, count=20)
    )


@pytest.mark.parametrize("kind", [Noise.TYPO, Noise.HOMOPHONE, Noise.DROP, Noise.SWAP])
def test_a_not_is_never_lost(kind):
    """Without it a text says the opposite, under the label of before."""
    assert all(
        "不想" in one or "不響" in one or "不响" in one
        for one in noisy("我真的不想活动了，明天的课也不想去上", kind, count=20)
    )
    text = "honestly I would never do that and I do not want anything bad to happen"
    assert all(re.search(r"\bnever\b.*\bnot\b", one) for one in noisy(text, kind, count=20))


def test_a_short_text_loses_no_word():
    assert noisy("想她了", Noise.DROP) == []


def test_the_same_seed_makes_the_same_copies():
    example = Example(CHINESE, ("watch",))

    assert copies(example, 5, seed=1) == copies(example, 5, seed=1)
    assert copies(example, 5, seed=1) != copies(example, 5, seed=2)


def test_a_written_copy_is_marked_and_refused_for_evaluation(tmp_path):
    rows, target = tmp_path / "rows.jsonl", tmp_path / "noisy.jsonl"
    rows.write_text(json.dumps({"text": CHINESE, "labels": ["watch"]}))
    augmenting = Augmenting(task=TaskName.RISK, data=[rows], to=target, copies=3)

    assert run(augmenting) == 3
    assert {one.labels for one in read_examples([target], TASKS[TaskName.RISK])} == {("watch",)}
    with pytest.raises(BadInput, match="augmented"):
        read_examples([target], TASKS[TaskName.RISK], evaluation=True)
    with pytest.raises(BadInput, match="nothing is written over it"):
        run(augmenting)


def test_each_character_has_one_group_of_homophones():
    characters = "".join(_noise()["homophones"])

    assert len(characters) == len(set(characters))
    assert not set(characters) & set(_noise()["kept"])
