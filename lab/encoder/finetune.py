"""Fine-tuning: the whole encoder, or all but its frozen layers, learns the task."""

from __future__ import annotations

from pathlib import Path

from lab.encoder.course import open_for_training, prepare, save_model
from lab.encoder.freeze import freeze
from lab.encoder.report import finish
from lab.encoder.runs import open_run
from lab.encoder.settings import Place, Source, Training
from lab.encoder.train import train
from lab.encoder.weights import count


def run(source: Source, training: Training, place: Place) -> Path:
    """Fine-tune, and return the run's folder; `best/` in it is a model like any other."""
    course = prepare(source, training)
    model = open_for_training(source.model, course)
    freeze(model, training)
    settings = {"source": source, "training": training}
    made = open_run(place, source.task, "finetune", settings)
    progress = train(course.lesson(model), training, made, course.device)
    scores = course.scores(model)
    save_model(model, course.tokenizer, made.best)
    trained, all_of_it = count(model)
    facts = [
        ("model", str(source.model)),
        ("device", str(course.device)),
        ("texts", f"{len(course.train)} to learn from, {len(course.dev)} for development"),
        ("parameters", f"{trained:,} trained of {all_of_it:,}"),
    ]
    return finish(made, task=course.task, facts=facts, progress=progress, scores=scores)
