"""Export to ONNX: a folder that runs without torch, checked against the model it came from."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import typer

from companion.errors import BadInput
from lab.encoder.batches import encode
from lab.encoder.calibrate import fit_temperature
from lab.encoder.examples import Example, read_examples
from lab.encoder.graph import compare, quantize, write_graph
from lab.encoder.predict import logits_of
from lab.encoder.recogniser import LABELS, MODEL, TOKENIZER, Recogniser, open_recogniser
from lab.encoder.settings import Exporting
from lab.encoder.tasks import TASKS, Task
from lab.encoder.tune import open_trained
from lab.encoder.weights import longest, open_tokenizer

_LATENCY_RUNS = 30
#: Of different lengths, so that a graph with a length frozen into it is found out.
_PROBES = ("好", "I could not sleep.", "今天很累，明天还有考试，不知道能不能过。" * 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What came out."""

    folder: Path
    megabytes: float
    milliseconds: float  #: Median for one short text on one processor of this machine.
    difference: float  #: Largest difference of a raw output from torch's.
    temperature: float


def run(exporting: Exporting) -> Exported:
    """Export a trained folder; raises BadInput for foreign labels, NotTheSame for a bad graph."""
    task = TASKS[exporting.task]
    dev = read_examples(exporting.dev, task, evaluation=True) if exporting.dev else ()
    if exporting.to.exists() and any(exporting.to.iterdir()):
        raise BadInput(f"{exporting.to} is not empty: take another folder")
    model = open_trained(exporting.model, task).eval()
    tokenizer = open_tokenizer(exporting.model)
    length = longest(exporting.model, tokenizer, exporting.max_length)
    exporting.to.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(tokenizer, length, exporting.to)
    _write_labels(exporting.to, task, temperature=1.0)
    write_graph(model, exporting.to / MODEL, opset=exporting.opset)
    probes = (*_PROBES, *(example.text for example in dev))
    encoded = encode([Example(text, None) for text in probes], task, tokenizer, length)
    expected = logits_of(model, encoded, encoded.targets.device).numpy()
    difference = compare(exporting.to, probes, expected, exact=True)
    if exporting.int8:
        quantize(exporting.to / MODEL)
        difference = compare(exporting.to, probes, expected, exact=False)
    recogniser = open_recogniser(exporting.to, threads=1)
    temperature = _temperature(recogniser, dev, task)
    _write_labels(exporting.to, task, temperature=temperature)
    return _told(exporting.to, recogniser, difference, temperature)


def _told(folder: Path, recogniser: Recogniser, difference: float, temperature: float) -> Exported:
    made = Exported(
        folder=folder,
        megabytes=(folder / MODEL).stat().st_size / 1e6,
        milliseconds=_latency(recogniser),
        difference=difference,
        temperature=temperature,
    )
    typer.echo(
        f"{folder}: {made.megabytes:.1f} MB, {made.milliseconds:.1f} ms a text on one processor, "
        f"largest difference from torch {difference:.1e}, temperature {temperature:.2f}"
    )
    return made


def _temperature(recogniser: Recogniser, dev: tuple[Example, ...], task: Task) -> float:
    if not dev:
        typer.echo("No --dev: the temperature stays 1.0 and the scores are not calibrated.")
        return 1.0
    targets = [[task.index(label) for label in example.labels or ()] for example in dev]
    if recogniser.kind == "single":
        true = np.array([places[0] for places in targets])
    else:
        every = range(len(task.labels))
        true = np.array([[place in places for place in every] for places in targets])
    logits = recogniser.logits([example.text for example in dev])
    return fit_temperature(logits, true, recogniser.kind)


def _write_tokenizer(tokenizer: Any, length: int, folder: Path) -> None:
    backend = tokenizer.backend_tokenizer
    backend.enable_truncation(max_length=length)
    backend.enable_padding(pad_id=tokenizer.pad_token_id, pad_token=tokenizer.pad_token)
    backend.save(str(folder / TOKENIZER))
    backend.no_truncation()
    backend.no_padding()


def _write_labels(folder: Path, task: Task, *, temperature: float) -> None:
    told = {
        "task": task.name,
        "labels": task.labels,
        "kind": task.kind,
        "temperature": round(temperature, 4),
    }
    text = json.dumps(told, indent=2, ensure_ascii=False)
    (folder / LABELS).write_text(text + "\n", encoding="utf-8")


def _latency(recogniser: Recogniser) -> float:
    times = []
    for _ in range(_LATENCY_RUNS):
        start = time.perf_counter()
        recogniser.scores([_PROBES[1]])
        times.append(time.perf_counter() - start)
    return median(times) * 1000
