"""What is trained with torch is what runs on numpy."""

from __future__ import annotations

import numpy as np
import pytest
from transformers import BertConfig, BertModel

from companion.language import Language
from companion.learned.encoder import Encoder
from companion.learned.ngrams import Ngrams
from companion.learned.reader import Readers
from lab.small import cut_encoder
from lab.small.cut_encoder import Tuning
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


GLOOMY = ["so sad today", "sad again and again", "i am so sad", "sad sad day", "what a sad walk"]
SUNNY = [
    "so glad today",
    "glad again and again",
    "i am so glad",
    "glad glad day",
    "what a glad walk",
]
LINES = (GLOOMY + SUNNY) * 4


@pytest.fixture
def base(tmp_path):
    """A folder that holds a tiny encoder with random weights, as a real one is kept."""
    words = sorted({word for line in LINES for word in line.split()})
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz", *words]
    (tmp_path / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    BertModel(
        BertConfig(
            vocab_size=len(pieces),
            hidden_size=24,
            num_hidden_layers=3,
            num_attention_heads=4,
            intermediate_size=48,
        )
    ).save_pretrained(tmp_path)
    return tmp_path


def test_the_encoder_learns_and_numpy_says_what_torch_says(base):
    vocabulary = cut_encoder.vocabulary_of(base, LINES)
    texts = cut_encoder.encoded(LINES, vocabulary, breaks="›")
    head = Head(name="sad", size=1, answer=Answer.SEVERAL, targets=MARKS)
    tuning = Tuning(layers=2, rounds=30, rate=3e-3, rate_of_heads=1e-2, batch=8)

    model = cut_encoder.tuned(
        base, vocabulary, texts, heads=[head], rows=range(len(LINES)), tuning=tuning, seed=1
    )
    by_torch = cut_encoder.outputs_of(model, texts, range(10))[:, 0]
    encoder = Encoder(cut_encoder.stored(model, vocabulary), breaks="›")
    by_numpy = [encoder.scores(line)[0] for line in LINES[:10]]

    assert (by_torch[:5] > 0).all()
    assert (by_torch[5:] < 0).all()
    assert by_numpy == pytest.approx(by_torch, abs=0.3)


def test_a_word_whose_piece_was_cut_falls_into_smaller_pieces(base):
    vocabulary = cut_encoder.vocabulary_of(base, ["so sad"])

    assert "glad" not in vocabulary
    assert cut_encoder.encoded(["glad"], vocabulary, breaks="")[0][1:-1] != [1]
