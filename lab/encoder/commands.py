"""The commands of `python -m lab encoder`; torch and its kin are loaded by the one that runs."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer

from companion.errors import BadInput
from lab.encoder.options import options
from lab.encoder.settings import (
    Augmenting,
    Distilling,
    Exporting,
    Place,
    Replaying,
    Serving,
    Source,
    Training,
    Tuning,
)

#: Parts of the `encoder` extra; anything else that is missing is a mistake of ours.
_EXTRA = {
    "torch",
    "transformers",
    "peft",
    "safetensors",
    "tokenizers",
    "tqdm",
    "onnx",
    "onnxscript",
    "onnxruntime",
    "numpy",
}

app = typer.Typer(
    help="Tune, distil, export and serve BERT-type encoders: risk, emotion, distortion.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
@options
def finetune(source: Source, training: Training, place: Place) -> None:
    """Fine-tune an encoder, all of it or its upper layers, with early stopping."""
    _run_of("finetune")(source, training, place)


@app.command()
@options
def tune(source: Source, training: Training, place: Place, tuning: Tuning) -> None:
    """Tune few parameters: lora, adapter, prompt or bitfit. Take a higher --rate, 1e-3 say."""
    _run_of("tune")(source, training, place, tuning)


@app.command()
@options
def distil(source: Source, training: Training, place: Place, distilling: Distilling) -> None:
    """Teach a small encoder (--model) what a large one (--teacher) says."""
    _run_of("distil")(source, training, place, distilling)


@app.command("continue")
@options
def learn_on(source: Source, training: Training, place: Place, replaying: Replaying) -> None:
    """Go on with a trained model on new texts, replaying earlier ones; tells what it forgot."""
    _run_of("replay")(source, training, place, replaying)


@app.command()
@options
def augment(augmenting: Augmenting) -> None:
    """Write noisy copies of texts, labels kept: typos, homophones, dropped words and more."""
    _run_of("augment")(augmenting)


@app.command()
@options
def export(exporting: Exporting) -> None:
    """Turn a trained model into a folder that runs by ONNX Runtime, without torch."""
    _run_of("export")(exporting)


@app.command()
@options
def serve(serving: Serving) -> None:
    """Serve an exported folder over HTTP, like text-embeddings-inference does."""
    _run_of("serve")(serving)


def _run_of(module: str) -> Callable[..., Any]:
    """Return a module's `run`; raises BadInput, saying what to install, without the extra."""
    try:
        found = import_module(f"lab.encoder.{module}")
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise BadInput(
            f"{missing.name} is not installed; it comes with the encoder extra: "
            "make test-encoder, or pip install -e '.[encoder]'"
        ) from missing
    run: Callable[..., Any] = found.run
    return run
