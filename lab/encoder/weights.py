"""Encoders in folders: opened, checked, never downloaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PretrainedConfig,
    PreTrainedModel,
)
from transformers import logging as transformers_logging

from companion.errors import BadInput
from lab.encoder.tasks import Kind, Task

TUNED_WEIGHTS = "tuned.safetensors"  # only a part of a model (lab/encoder/tune.py)
_WEIGHTS = (
    "model.safetensors",
    "pytorch_model.bin",
    "model.safetensors.index.json",
    TUNED_WEIGHTS,
)
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model", "spiece.model")

transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()


def check_folder(folder: Path) -> None:
    """Raise BadInput, saying what to do, unless the folder holds an encoder with its tokenizer."""
    advice = (
        "Get an encoder on a machine with a network (config.json, model.safetensors, tokenizer "
        "files) and copy its folder here; nothing is downloaded."
    )
    if not folder.is_dir():
        raise BadInput(f"{folder}: no such folder of weights. {advice}")
    for what, names in (
        ("config.json", ("config.json",)),
        ("weights", _WEIGHTS),
        ("tokenizer", _TOKENIZERS),
    ):
        if not any((folder / name).is_file() for name in names):
            raise BadInput(f"{folder}: no {what} ({' or '.join(names)}). {advice}")


def open_tokenizer(folder: Path) -> Any:
    """Return the folder's fast tokenizer; raises BadInput where there is none."""
    check_folder(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if getattr(tokenizer, "backend_tokenizer", None) is None or tokenizer.pad_token_id is None:
        raise BadInput(f"{folder}: its tokenizer is not a fast one with a padding token")
    return tokenizer


def longest(folder: Path, tokenizer: Any, wanted: int, *, reserved: int = 0) -> int:
    """Return how many tokens a text may have: as wanted, or as few as the model can read.

    `reserved` places are for virtual tokens in front of the text.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    places = int(config.get("max_position_embeddings", wanted))
    if "roberta" in config.get("model_type", ""):
        places -= 2  # its positions start after the padding's
    return min(wanted, int(tokenizer.model_max_length), places - reserved)


def open_classifier(folder: Path, task: Task, *, dropout: float | None = None) -> PreTrainedModel:
    """Return the encoder under a head for the task: the folder's own where the labels agree."""
    check_folder(folder)
    config = AutoConfig.from_pretrained(
        folder,
        local_files_only=True,
        num_labels=len(task.labels),
        id2label=dict(enumerate(task.labels)),
        label2id={label: place for place, label in enumerate(task.labels)},
        problem_type=_problem(task),
    )
    if dropout is not None:
        _set_dropout(config, dropout)
    keep_head = trained_labels(folder) == task.labels
    model: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
        folder, config=config, local_files_only=True, ignore_mismatched_sizes=not keep_head
    )
    return model.float()


def trained_labels(folder: Path) -> tuple[str, ...]:
    """Return the labels a folder's own head was trained for, as its config.json tells them."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    names = config.get("id2label", {})
    return tuple(names[place] for place in sorted(names, key=int))


def require_trained(folder: Path, task: Task) -> None:
    """Raise BadInput unless the folder was trained for this task's labels, in their order."""
    check_folder(folder)
    found = trained_labels(folder)
    if found != task.labels:
        raise BadInput(
            f"{folder}: trained for the labels {', '.join(found) or 'none'}; "
            f"{task.name} needs {', '.join(task.labels)}"
        )


def layers_of(model: PreTrainedModel) -> torch.nn.ModuleList:
    """Return the encoder's layers, the lowest first; raises BadInput where none are found."""
    lists = [part for part in model.base_model.modules() if isinstance(part, torch.nn.ModuleList)]
    if not lists:
        raise BadInput(f"{type(model).__name__} has no list of layers: not a BERT-type encoder")
    return max(lists, key=len)


def head_names(model: PreTrainedModel) -> set[str]:
    """Return the names of the parameters above the encoder."""
    prefix = f"{model.base_model_prefix}."
    return {name for name, _ in model.named_parameters() if not name.startswith(prefix)}


def count(model: torch.nn.Module) -> tuple[int, int]:
    """Return how many numbers are trained, and how many there are."""
    sizes = [(part.numel(), part.requires_grad) for part in model.parameters()]
    return sum(size for size, trained in sizes if trained), sum(size for size, _ in sizes)


def _problem(task: Task) -> str:
    multi = task.kind is Kind.MULTI
    return "multi_label_classification" if multi else "single_label_classification"


def _set_dropout(config: PretrainedConfig, dropout: float) -> None:
    for name, value in config.to_dict().items():
        if "dropout" in name and (value is None or type(value) in {int, float}):
            setattr(config, name, dropout)
