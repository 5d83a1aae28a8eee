"""The four ways to tune few parameters, put onto a model and taken off it again."""

from __future__ import annotations

import torch
from peft import LoraConfig, PromptTuningConfig, TaskType, get_peft_model
from transformers import PreTrainedModel

from companion.errors import BadInput
from lab.encoder import bottleneck
from lab.encoder.settings import Method, Tuning
from lab.encoder.weights import head_names

#: Query and value as the usual encoders name them.
_QUERY_VALUE = (
    ("query", "value"),
    ("query_proj", "value_proj"),
    ("q_lin", "v_lin"),
    ("q_proj", "v_proj"),
    ("Wqkv",),
)
#: After these a model is a plain folder again, no larger than before.
MERGED = frozenset({Method.LORA, Method.BITFIT})


def put_on(model: PreTrainedModel, tuning: Tuning) -> torch.nn.Module:
    """Return the model with only the method's parameters and its head trainable."""
    heads = {name.partition(".")[0] for name in head_names(model)}
    device = next(model.parameters()).device
    if tuning.method is Method.BITFIT:
        return _only_biases(model)
    if tuning.method is Method.ADAPTER:
        bottleneck.insert(model, tuning.width)
        return model
    tuned: torch.nn.Module = get_peft_model(model, _peft_config(model, tuning, sorted(heads)))
    for name, part in tuned.named_parameters():
        # peft keeps the head it found as `original_module`, beside the copy that is trained.
        if heads & set(name.split(".")) and "original_module" not in name:
            part.requires_grad_(requires_grad=True)
    return tuned.to(device)


def take_off(tuned: torch.nn.Module, method: Method) -> PreTrainedModel:
    """Return the plain model with what was tuned worked into its weights (lora, bitfit)."""
    plain: PreTrainedModel = tuned.merge_and_unload() if method is Method.LORA else tuned
    return plain


def _only_biases(model: PreTrainedModel) -> PreTrainedModel:
    heads = head_names(model)
    for name, part in model.named_parameters():
        part.requires_grad_(requires_grad=name in heads or name.endswith("bias"))
    return model


def _peft_config(
    model: PreTrainedModel, tuning: Tuning, heads: list[str]
) -> LoraConfig | PromptTuningConfig:
    if tuning.method is Method.PROMPT:
        return PromptTuningConfig(task_type=TaskType.SEQ_CLS, num_virtual_tokens=tuning.tokens)
    return LoraConfig(
        task_type=TaskType.SEQ_CLS,
        r=tuning.rank,
        lora_alpha=tuning.alpha,
        lora_dropout=tuning.lora_dropout,
        target_modules=_targets(model, tuning.targets),
        modules_to_save=heads,
    )


def _targets(model: PreTrainedModel, wanted: str | None) -> list[str]:
    there = {
        name.rpartition(".")[2]
        for name, part in model.named_modules()
        if isinstance(part, torch.nn.Linear)
    }
    if wanted is not None:
        targets = [name.strip() for name in wanted.split(",") if name.strip()]
        if not targets or not there.issuperset(targets):
            raise BadInput(f"--targets {wanted}: its linear layers are {', '.join(sorted(there))}")
        return targets
    for names in _QUERY_VALUE:
        if there.issuperset(names):
            return list(names)
    raise BadInput(f"give --targets, of its linear layers {', '.join(sorted(there))}")
