"""A run's folder: RUNS/TASK-METHOD-NAME with config, metrics, state, best weights and report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from companion.errors import BadInput
from lab.encoder.settings import Place
from lab.encoder.trackers import Tracker, trackers_for

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One training and what it leaves behind."""

    folder: Path
    trackers: tuple[Tracker, ...] = ()
    resume: bool = False
    quiet: bool = True

    @property
    def best(self) -> Path:
        """Where the best weights lie with their tokenizer, as `export` and `--model` read them."""
        return self.folder / "best"

    @property
    def last_state(self) -> Path:
        """Where the loop stands: weights, optimiser, schedule, dice."""
        return self.folder / "state" / "last.pt"

    @property
    def best_state(self) -> Path:
        """The trained weights of the best round so far."""
        return self.folder / "state" / "best.pt"

    def write_metrics(self, history: Sequence[Row]) -> None:
        """Write one line a round; the rounds of an interrupted run are not there twice."""
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in history)
        (self.folder / "metrics.jsonl").write_text("".join(lines), encoding="utf-8")

    def write_report(self, text: str) -> Path:
        """Write report.md and return where it is."""
        path = self.folder / "report.md"
        path.write_text(text, encoding="utf-8")
        return path

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Tell the trackers."""
        for tracker in self.trackers:
            tracker.log(step, figures)

    def close(self) -> None:
        """Tell the trackers that it is over."""
        for tracker in self.trackers:
            tracker.close()


def open_run(place: Place, task: str, method: str, settings: Mapping[str, Any]) -> Run:
    """Make a run's folder, or with `--resume` go on in one that has the same settings.

    Raises BadInput where the folder is there already, or other settings made it.
    """
    folder = place.runs / f"{task}-{method}-{place.name}"
    config = _plain({"task": task, "method": method, **settings})
    file = folder / "config.json"
    if file.exists():
        _check_same(folder, json.loads(file.read_text(encoding="utf-8")), config, place)
    (folder / "state").mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    trackers = trackers_for(place, folder, config)
    return Run(folder=folder, trackers=trackers, resume=place.resume, quiet=place.quiet)


def _check_same(folder: Path, before: Row, now: Row, place: Place) -> None:
    if not place.resume:
        raise BadInput(f"{folder} is there already: take another --name, or --resume it")
    other = sorted(key for key in {*before, *now} if before.get(key) != now.get(key))
    if other:
        raise BadInput(f"{folder} was started with other settings: {', '.join(other)}")


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as JSON keeps them, the fields of each group under their own names."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        flat.update(asdict(value) if hasattr(value, "__dataclass_fields__") else {key: value})
    plain: dict[str, Any] = json.loads(json.dumps(flat, default=str))
    return plain
