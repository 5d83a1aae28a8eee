"""Parts of an encoder that stay as they are."""

from __future__ import annotations

from transformers import PreTrainedModel

from companion.errors import BadInput
from lab.encoder.settings import Training
from lab.encoder.weights import layers_of


def freeze(model: PreTrainedModel, training: Training) -> None:
    """Keep the embeddings and the lowest layers as they are; raises BadInput past the last one."""
    layers = layers_of(model)
    if training.freeze > len(layers):
        raise BadInput(f"--freeze {training.freeze}: the model has {len(layers)} layers")
    if training.freeze or training.freeze_embeddings:
        model.base_model.embeddings.requires_grad_(requires_grad=False)
    for layer in layers[: training.freeze]:
        layer.requires_grad_(requires_grad=False)
