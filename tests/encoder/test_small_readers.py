"""What is trained with torch is what runs on numpy."""

from __future__ import annotations

import numpy as np
import pytest

from companion.language import Language
from companion.learned.ngrams import Ngrams
from companion.learned.reader import Readers
from lab.small.heads import Answer, Head
from lab.small.linear import counted_in, fitted
from lab.small.network import Size, encoded, stored, vocabulary_of
from lab.small.training import Course, outputs_of, trained

pytestmark = pytest.mark.encoder

SAD = ["今天好难过", "难过得想哭", "我又难过了一整天", "心里难过", "很难过不想说话"]
GLAD = ["今天好开心", "开心得想唱歌", "我又开心了一整天", "心里开心", "很开心想请客"]
TEXTS = (SAD + GLAD) * 4
MARKS = np.array(([[1.0]] * 5 + [[0.0]] * 5) * 4, dtype=np.float32)
SIZE = Size(width=16, filters=8, dropout=0.1)


def _reader(seed: int = 3):
    vocabulary = vocabulary_of(TEXTS, Language.ZH, known={})
    texts = encoded(TEXTS, Language.ZH, vocabulary)
    head = Head(name="sad", size=1, answer=Answer.SEVERAL, targets=MARKS)
    network = trained(
        texts,
        [head],
        range(len(TEXTS)),
        tokens=len(vocabulary) + 2,
        seed=seed,
        size=SIZE,
        course=Course(rounds=20, batch=8),
    )
    return network, texts, vocabulary


def test_a_reader_learns_and_numpy_says_what_torch_says():
    network, texts, vocabulary = _reader()

    by_torch = outputs_of(network, texts, range(10))[:, 0]
    reader = Readers(stored([network], vocabulary, SIZE), language=Language.ZH)
    by_numpy = [reader.scores(text)[0] for text in TEXTS[:10]]

    assert (by_torch[:5] > 0).all()
    assert (by_torch[5:] < 0).all()
    assert by_numpy == pytest.approx(by_torch, abs=0.15)


def test_the_same_seed_gives_the_same_reader():
    one, texts, _ = _reader()
    other, _, _ = _reader()

    assert np.array_equal(outputs_of(one, texts, range(5)), outputs_of(other, texts, range(5)))


def test_the_linear_model_that_ships_says_what_the_trained_one_says():
    counted = counted_in(TEXTS, Language.ZH)
    linear = fitted(counted, MARKS, strength=5.0, seed=1)

    shipped = Ngrams(linear.stored(), language=Language.ZH)

    assert [shipped.scores(text)[0] for text in TEXTS[:10]] == pytest.approx(
        linear.outputs(counted)[:10, 0], abs=0.1
    )
