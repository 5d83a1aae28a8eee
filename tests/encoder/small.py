"""Tiny encoders with random weights, and a language of forty words that a child could learn."""

from __future__ import annotations

import json
import random

import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel, BertTokenizerFast

from lab.encoder.settings import Place, Source, Training
from lab.encoder.tasks import TaskName

torch.set_num_threads(1)  # so small a model only waits for a second thread

CALM = "lunch library football music 面条 操场 电影 散步".split()
LOW = "tired alone empty heavy 累 孤单 空 沉".split()
DARK = "goodbye ending gone dark 告别 结束 消失 黑暗".split()
FILLER = "today the room and then with my class 今天 宿舍 然后 和 我 的 课 天".split()
WORDS = [*CALM, *LOW, *DARK, *FILLER, "."]

RISK = {"none": CALM, "watch": LOW, "high": DARK}
EMOTION = {"joy": CALM, "sadness": LOW, "fear": DARK}


def sentence(dice, *groups):
    words = [dice.choice(group) for group in groups for _ in range(3)]
    words += dice.choices(FILLER, k=3)
    dice.shuffle(words)
    return " ".join(words)


def risk_rows(count, seed=0, groups=RISK):
    dice = random.Random(seed)
    rows = []
    for number in range(count):
        label = list(groups)[number % len(groups)]
        rows.append({"text": sentence(dice, groups[label]), "labels": [label]})
    return rows


def emotion_rows(count, seed=0):
    dice = random.Random(seed)
    rows = []
    for _ in range(count):
        labels = dice.sample(list(EMOTION), k=dice.choice([1, 1, 2]))
        rows.append({"text": sentence(dice, *(EMOTION[one] for one in labels)), "labels": labels})
    return rows


def write_rows(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def risk_lesson(folder, *, train, dev):
    """Return an encoder with so many texts to learn from and to be examined on."""
    return source(
        write_encoder(folder / "encoder"),
        write_rows(folder / "train.jsonl", risk_rows(train)),
        write_rows(folder / "dev.jsonl", risk_rows(dev, seed=9)),
    )


def write_encoder(folder, *, hidden=32, layers=2, seed=1, positions=64):
    """Save a random BERT and a WordPiece tokenizer of our words, as anybody's encoder would lie."""
    folder.mkdir(parents=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    characters = sorted({one for word in WORDS for one in word} - set(WORDS))
    vocabulary += [*characters, *(f"##{one}" for one in characters)]
    # BERT's tokenizer cuts Chinese into single characters.
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    torch.manual_seed(seed)
    model = BertModel(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=hidden,
            num_hidden_layers=layers,
            num_attention_heads=2,
            intermediate_size=2 * hidden,
            max_position_embeddings=positions,
            initializer_range=0.25,  # of so small a model, or nothing gets through it
        )
    )
    model.save_pretrained(folder)
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def source(model, train, dev=None, *, task=TaskName.RISK, **more):
    return Source(task=task, model=model, data=[train], dev=[dev] if dev else None, **more)


def training(**more):
    given = {"epochs": 8, "patience": 0, "batch": 16, "rate": 5e-3, "dropout": 0.0, "seed": 3}
    return Training(**{**given, **more})


def place(folder, name="one", **more):
    return Place(name=name, runs=folder / "runs", quiet=True, **more)


def metrics(run):
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def weights(folder):
    return load_file(folder / "model.safetensors")
