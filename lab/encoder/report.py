"""What a run tells a reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from lab.encoder.runs import Run
from lab.encoder.scores import Scores
from lab.encoder.tasks import Task
from lab.encoder.train import Progress


def finish(
    run: Run,
    *,
    task: Task,
    facts: Sequence[tuple[str, str]],
    progress: Progress,
    scores: Scores,
) -> Path:
    """Write the run's report, say the outcome in the terminal, and return the run's folder."""
    run.write_report(
        "\n".join(
            [
                f"# {run.folder.name}",
                "",
                *(f"- {name}: {value}" for name, value in facts),
                f"- best round: {progress.best_epoch} of {progress.epoch}",
                "",
                "## Rounds",
                "",
                "| round | training loss | development loss | macro F1 | accuracy |",
                "|---|---|---|---|---|",
                *(_round(row) for row in progress.history),
                "",
                f"## {task.name}: development part, best round",
                "",
                *_table(scores),
                "",
            ]
        )
    )
    typer.echo(f"{run.folder}: {headline(scores)}")
    return run.folder


def headline(scores: Scores) -> str:
    """Return the scores in one line."""
    parts = [f"macro F1 {scores.macro_f1:.3f}", f"accuracy {scores.accuracy:.3f}"]
    if scores.noticed is not None:
        parts.append(f"at risk noticed {scores.noticed:.3f}")
    if scores.false_alarms is not None:
        parts.append(f"false alarms {scores.false_alarms:.3f}")
    return ", ".join(parts)


def _round(row: dict[str, Any]) -> str:
    dev = row["dev"]
    return (
        f"| {row['epoch']} | {row['train_loss']:.4f} | {dev['loss']:.4f} "
        f"| {dev['macro_f1']:.3f} | {dev['accuracy']:.3f} |"
    )


def _table(scores: Scores) -> list[str]:
    return [
        headline(scores),
        "",
        "| label | texts | precision | recall | F1 |",
        "|---|---|---|---|---|",
        *(
            f"| {label} | {one.texts} | {one.precision:.3f} | {one.recall:.3f} | {one.f1:.3f} |"
            for label, one in scores.labels.items()
        ),
    ]
