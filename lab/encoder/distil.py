"""Distillation: a small student model learns what a large teacher would say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel

from lab.encoder.batches import Batch, Encoded, cut, encode
from lab.encoder.course import Course, open_for_training, prepare, read_parts, save_model
from lab.encoder.device import seed_everything
from lab.encoder.examples import Example, read_examples
from lab.encoder.freeze import freeze
from lab.encoder.losses import class_weights, label_loss, soft_loss
from lab.encoder.report import finish, headline
from lab.encoder.runs import open_run
from lab.encoder.scores import score
from lab.encoder.settings import Distilling, Place, Source, Training
from lab.encoder.tasks import TASKS, Task
from lab.encoder.train import Lesson, train
from lab.encoder.tune import open_trained
from lab.encoder.weights import longest, open_tokenizer

_BATCH = 64  # texts the teacher reads at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """What the teacher says about each text; it is asked once, before the student starts."""

    logits: torch.Tensor  #: (texts, labels)
    hidden: torch.Tensor  #: (texts, width): the mean of its last layer


def run(source: Source, training: Training, place: Place, distilling: Distilling) -> Path:
    """Distil, and return the run's folder; `best/` in it is the student."""
    task = TASKS[source.task]
    extra = _unlabelled(distilling, task)
    course = prepare(source, training, extra)
    teaching, taught = _ask_teacher(source, course, distilling, extra)
    seed_everything(training.seed)
    student = open_for_training(source.model, course)
    freeze(student, training)
    settings = {"source": source, "training": training, "distilling": distilling}
    made = open_run(place, source.task, "distil", settings)
    lesson = _lesson(course, student, teaching, distilling)
    progress = train(lesson, training, made, course.device)
    scores = course.scores(student)
    save_model(student, course.tokenizer, made.best)
    facts = [
        ("teacher", f"{distilling.teacher}: {taught}"),
        ("student", f"{source.model}: {headline(scores)}"),
        ("texts without a label", str(len(extra))),
    ]
    return finish(made, task=task, facts=facts, progress=progress, scores=scores)


def ask(model: torch.nn.Module, encoded: Encoded, device: torch.device) -> Teaching:
    """Return what a model says about each text, on the device."""
    model.eval().to(device)
    logits, hidden = [], []
    with torch.no_grad():
        for places in cut(range(len(encoded)), _BATCH):
            batch = encoded.batch(places, device)
            out = _read(model, batch)
            logits.append(out.logits.float())
            hidden.append(_mean(out.hidden_states[-1], batch))
    return Teaching(logits=torch.cat(logits), hidden=torch.cat(hidden))


def _unlabelled(distilling: Distilling, task: Task) -> tuple[Example, ...]:
    if not distilling.unlabelled:
        return ()
    read = read_examples(distilling.unlabelled, task, labelled=False)
    return tuple(Example(example.text, None) for example in read)


def _ask_teacher(
    source: Source, course: Course, distilling: Distilling, extra: tuple[Example, ...]
) -> tuple[Teaching, str]:
    """Let the teacher, with its own tokenizer, read the same texts in the same order."""
    teacher = open_trained(distilling.teacher, course.task)
    tokenizer = open_tokenizer(distilling.teacher)
    parts = read_parts(source, course.task, course.training.seed)
    length = longest(distilling.teacher, tokenizer, course.training.max_length)
    train_texts = encode([*parts.train, *extra], course.task, tokenizer, length)
    dev_texts = encode(parts.dev, course.task, tokenizer, length)
    on_dev = ask(teacher, dev_texts, course.device).logits.cpu()
    taught = headline(score(on_dev, dev_texts.targets, course.task))
    return ask(teacher, train_texts, course.device), taught


def _lesson(
    course: Course, student: PreTrainedModel, teaching: Teaching, distilling: Distilling
) -> Lesson:
    learner = nn.ModuleDict({"student": student})
    if distilling.hidden:
        width = int(student.config.hidden_size)
        learner["projection"] = nn.Linear(width, teaching.hidden.shape[-1]).to(course.device)
    plain = course.lesson(student)
    return Lesson(
        learner=learner,
        texts=plain.texts,
        loss=_loss(course, learner, teaching, distilling),
        order=plain.order,
        measure=plain.measure,
    )


def _loss(
    course: Course, learner: nn.ModuleDict, teaching: Teaching, distilling: Distilling
) -> Callable[[Batch], torch.Tensor]:
    weights = class_weights(course.train, course.task, course.training.class_weights)

    def loss(batch: Batch) -> torch.Tensor:
        out = _read(learner["student"], batch)
        hard = label_loss(out.logits, batch, course.task, weights)
        taught = teaching.logits[batch.places]
        soft = soft_loss(out.logits, taught, course.task.kind, distilling.temperature)
        total = distilling.soft * soft + (1 - distilling.soft) * hard
        if distilling.hidden:
            followed = learner["projection"](_mean(out.hidden_states[-1], batch))
            distance = nn.functional.mse_loss(followed, teaching.hidden[batch.places])
            total = total + distilling.hidden * distance
        return total

    return loss


def _read(model: torch.nn.Module, batch: Batch) -> Any:
    return model(
        input_ids=batch.input_ids, attention_mask=batch.attention_mask, output_hidden_states=True
    )


def _mean(states: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return the mean over a text's tokens; a teacher's virtual tokens in front are left out."""
    states = states[:, -batch.attention_mask.shape[1] :].float()
    mask = batch.attention_mask.unsqueeze(-1).float()
    return (states * mask).sum(1) / mask.sum(1).clamp(min=1)
