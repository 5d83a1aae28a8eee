"""What every method needs before it starts: device, dice, tokenizer, texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel

from companion.errors import BadInput
from lab.encoder.augment import copies
from lab.encoder.batches import Batch, Encoded, encode, shuffled
from lab.encoder.device import pick_device, seed_everything
from lab.encoder.examples import Example, Parts, apart, read_examples, split
from lab.encoder.losses import class_weights, label_loss
from lab.encoder.predict import measure
from lab.encoder.scores import Scores
from lab.encoder.settings import Source, Training
from lab.encoder.tasks import TASKS, Task
from lab.encoder.train import Lesson
from lab.encoder.weights import longest, open_classifier, open_tokenizer

TUNED = "tuned.json"  # lies beside weights that are only a part of a model


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Everything that is the same whatever is trained."""

    task: Task
    training: Training
    device: torch.device
    tokenizer: Any
    train: Encoded
    dev: Encoded

    def encode(self, examples: Sequence[Example]) -> Encoded:
        """Return more texts as tokens."""
        return encode(examples, self.task, self.tokenizer, self.tokenizer.model_max_length)

    def scores(self, model: torch.nn.Module, texts: Encoded | None = None) -> Scores:
        """Measure a model, on the development part if nothing else is given."""
        return measure(model, texts or self.dev, self.task, self.device)

    def plain_loss(self, model: torch.nn.Module) -> Callable[[Batch], torch.Tensor]:
        """Return the loss against the labels, rare ones weighing more where that is set."""
        weights = class_weights(self.train, self.task, self.training.class_weights)

        def loss(batch: Batch) -> torch.Tensor:
            said = model(input_ids=batch.input_ids, attention_mask=batch.attention_mask)
            return label_loss(said.logits, batch, self.task, weights)

        return loss

    def lesson(self, model: torch.nn.Module) -> Lesson:
        """Return the plain lesson: these texts, their labels, shuffled each round."""
        return Lesson(
            learner=model,
            texts=self.train,
            loss=self.plain_loss(model),
            order=lambda epoch: shuffled(len(self.train), self.training.seed, epoch),
            measure=lambda: self.scores(model),
        )


def prepare(
    source: Source, training: Training, extra: Sequence[Example] = (), *, reserved: int = 0
) -> Course:
    """Read the texts and set the dice; `extra` texts are learned from too. Raises BadInput."""
    task, device = TASKS[source.task], pick_device(training.device)
    parts = read_parts(source, task, training.seed)
    tokenizer = open_tokenizer(source.model)
    length = longest(source.model, tokenizer, training.max_length, reserved=reserved)
    tokenizer.model_max_length = length  # is saved with it, so that `export` knows
    seed_everything(training.seed)
    return Course(
        task=task,
        training=training,
        device=device,
        tokenizer=tokenizer,
        train=encode([*parts.train, *extra], task, tokenizer, length),
        dev=encode(parts.dev, task, tokenizer, length),
    )


def read_parts(source: Source, task: Task, seed: int) -> Parts:
    """Return training and development texts; only the first are augmented."""
    train = read_examples(source.data, task, evaluation=source.dev is None and source.augment > 0)
    if source.dev:
        parts = apart(train, read_examples(source.dev, task, evaluation=True))
    else:
        parts = split(train, source.dev_share, seed)
    noisy = [copy for e in parts.train for copy in copies(e, source.augment, seed=seed)]
    return Parts((*parts.train, *noisy), parts.dev)


def open_for_training(folder: Path, course: Course) -> PreTrainedModel:
    """Return the model on its device; raises BadInput for a folder with only a part of one."""
    if (folder / TUNED).exists():
        raise BadInput(f"{folder} holds only what was tuned; give the folder it was tuned from")
    model = open_classifier(folder, course.task, dropout=course.training.dropout)
    model.to(course.device)
    return model


def save_model(model: PreTrainedModel, tokenizer: Any, folder: Path) -> None:
    """Write a model and its tokenizer as one folder that any of the commands can open."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
