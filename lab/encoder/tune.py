"""Parameter-efficient tuning: a small part of the encoder learns, the rest stays shared."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
import typer
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel

from companion.errors import BadInput
from lab.encoder.checkpoints import put_back, trained_part
from lab.encoder.course import TUNED, Course, open_for_training, prepare, save_model
from lab.encoder.methods import MERGED, put_on, take_off
from lab.encoder.report import finish
from lab.encoder.runs import open_run
from lab.encoder.settings import Method, Place, Source, Training, Tuning
from lab.encoder.tasks import Task
from lab.encoder.train import train
from lab.encoder.weights import (
    TUNED_WEIGHTS,
    check_folder,
    count,
    open_classifier,
    require_trained,
)


def run(source: Source, training: Training, place: Place, tuning: Tuning) -> Path:
    """Tune, and return the run's folder; `best/` is a whole model after lora and bitfit."""
    if training.freeze or training.freeze_embeddings:
        raise BadInput("tune freezes all but what --method trains; leave --freeze away")
    reserved = tuning.tokens if tuning.method is Method.PROMPT else 0
    course = prepare(source, training, reserved=reserved)
    model = put_on(open_for_training(source.model, course), tuning)
    trained, all_of_it = count(model)
    share = f"{trained:,} of {all_of_it:,} ({trained / all_of_it:.2%})"
    typer.echo(f"{tuning.method}: trains {share} parameters")
    settings = {"source": source, "training": training, "tuning": tuning}
    made = open_run(place, source.task, tuning.method, settings)
    progress = train(course.lesson(model), training, made, course.device)
    scores = course.scores(model)
    facts = [("model", str(source.model)), ("trained parameters", share)]
    _save(model, course, tuning, base=source.model, folder=made.best)
    return finish(made, task=course.task, facts=facts, progress=progress, scores=scores)


def open_trained(folder: Path, task: Task) -> torch.nn.Module:
    """Return a model that one of the commands trained for the task, merged or not.

    Raises BadInput for foreign labels, or where the folder it was tuned from is gone.
    """
    if not (folder / TUNED).exists():
        require_trained(folder, task)
        return open_classifier(folder, task)
    told = json.loads((folder / TUNED).read_text(encoding="utf-8"))
    if told["task"] != task.name:
        raise BadInput(f"{folder} was tuned for {told['task']}, not for {task.name}")
    base = Path(told["base"])
    check_folder(base)
    settings = Tuning(**{**told["tuning"], "method": Method(told["tuning"]["method"])})
    model = put_on(open_classifier(base, task), settings)
    put_back(model, load_file(folder / TUNED_WEIGHTS))
    return model


def _save(model: Any, course: Course, tuning: Tuning, *, base: Path, folder: Path) -> None:
    if tuning.method in MERGED:
        plain: PreTrainedModel = take_off(model, tuning.method)
        save_model(plain, course.tokenizer, folder)
        return
    course.tokenizer.save_pretrained(folder)
    model.config.save_pretrained(folder)
    save_file(trained_part(model), folder / TUNED_WEIGHTS)
    told = {"task": course.task.name, "base": str(base.resolve()), "tuning": asdict(tuning)}
    (folder / TUNED).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
