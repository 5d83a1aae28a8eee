"""Continual learning: something new is learned while earlier texts are replayed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from lab.encoder.batches import Batch, Encoded, shuffled
from lab.encoder.checkpoints import trained_part
from lab.encoder.course import Course, open_for_training, prepare, read_parts, save_model
from lab.encoder.examples import Example, apart, read_examples
from lab.encoder.freeze import freeze
from lab.encoder.report import finish, headline
from lab.encoder.runs import open_run
from lab.encoder.scores import Scores
from lab.encoder.settings import Place, Replaying, Source, Training
from lab.encoder.tasks import TASKS
from lab.encoder.train import Lesson, train
from lab.encoder.weights import require_trained

RESERVOIR = "reservoir.jsonl"


def run(source: Source, training: Training, place: Place, replaying: Replaying) -> Path:
    """Learn on, and return the run's folder; its report tells what was forgotten."""
    task = TASKS[source.task]
    require_trained(source.model, task)
    old_dev = read_examples(replaying.old_dev, task, evaluation=True)
    old = apart(read_examples(replaying.old, task), old_dev).train
    kept = reservoir(old, replaying.reservoir, training.seed)
    course = prepare(source, training, kept)
    model = open_for_training(source.model, course)
    freeze(model, training)
    old_texts = course.encode(old_dev)
    before = course.scores(model, old_texts)
    settings = {"source": source, "training": training, "replaying": replaying}
    made = open_run(place, source.task, "continue", settings)
    lesson = _lesson(course, model, replaying, old=len(kept), old_dev=old_texts)
    progress = train(lesson, training, made, course.device)
    after, scores = course.scores(model, old_texts), course.scores(model)
    save_model(model, course.tokenizer, made.best)
    new = read_parts(source, task, training.seed).train
    seen = reservoir([*old, *new], replaying.reservoir, training.seed)
    _write_reservoir(made.folder / RESERVOIR, seen)
    facts = _forgetting(before, after)
    return finish(made, task=task, facts=facts, progress=progress, scores=scores)


def reservoir(examples: Iterable[Example], size: int, seed: int) -> list[Example]:
    """Return at most `size` examples, each with the same chance however long the stream is."""
    chance, kept = random.Random(seed), list[Example]()  # noqa: S311 - a sample, not a secret
    for number, example in enumerate(examples):
        if number < size:
            kept.append(example)
        elif (place := chance.randrange(number + 1)) < size:
            kept[place] = example
    return kept


def mixed(new: int, old: int, share: float, *, seed: int, epoch: int) -> list[int]:
    """Return a round's places: all new ones, and old ones (from `new` on) as `share` of the whole.

    Where there are fewer old texts than that, they come more than once.
    """
    wanted = round(new * share / (1 - share)) if old else 0
    replayed = [
        new + place
        for turn in range(-(-wanted // max(old, 1)))
        for place in shuffled(old, seed + turn + 1, epoch)
    ][:wanted]
    places = [*range(new), *replayed]
    return [places[at] for at in shuffled(len(places), seed, epoch)]


def _lesson(
    course: Course, model: torch.nn.Module, replaying: Replaying, *, old: int, old_dev: Encoded
) -> Lesson:
    new, plain = len(course.train) - old, course.lesson(model)

    def both() -> Scores:
        fresh, earlier = course.scores(model), course.scores(model, old_dev)
        # What is chosen as best must be good at both: the new must not be paid with the old.
        return replace(
            fresh,
            macro_f1=(fresh.macro_f1 + earlier.macro_f1) / 2,
            loss=(fresh.loss + earlier.loss) / 2,
        )

    return replace(
        plain,
        loss=_held(plain.loss, model, replaying.hold),
        order=lambda epoch: mixed(
            new, old, replaying.share, seed=course.training.seed, epoch=epoch
        ),
        measure=both,
    )


def _held(
    loss: Callable[[Batch], torch.Tensor], model: torch.nn.Module, strength: float
) -> Callable[[Batch], torch.Tensor]:
    """Return the loss with a pull towards the weights of the start."""
    if not strength:
        return loss
    parts = dict(model.named_parameters())
    start = {name: part.to(parts[name].device) for name, part in trained_part(model).items()}

    def held(batch: Batch) -> torch.Tensor:
        pulls = [(parts[name] - part).pow(2).sum() for name, part in start.items()]
        return loss(batch) + strength * torch.stack(pulls).sum()

    return held


def _forgetting(before: Scores, after: Scores) -> list[tuple[str, str]]:
    lost = before.macro_f1 - after.macro_f1
    return [
        ("earlier texts, before", headline(before)),
        ("earlier texts, after", headline(after)),
        ("forgotten", f"{lost:+.3f} of macro F1 (negative: better than before)"),
    ]


def _write_reservoir(path: Path, examples: Sequence[Example]) -> None:
    rows = ({"text": example.text, "labels": example.labels} for example in examples)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(lines, encoding="utf-8")
