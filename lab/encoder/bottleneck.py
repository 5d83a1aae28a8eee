"""Bottleneck adapters after Houlsby: peft has none for BERT-type encoders."""

from __future__ import annotations

import torch
from torch import nn
from transformers import PreTrainedModel

from companion.errors import BadInput
from lab.encoder.weights import head_names, layers_of

#: The last linear layer of attention and of feed-forward, in BERT, DistilBERT and ModernBERT.
_PLACES = ("output.dense", "attention.out_lin", "ffn.lin2", "attn.Wo", "mlp.Wo")


class Bottleneck(nn.Module):
    """A linear layer with a narrow detour beside it; at first the detour adds nothing."""

    def __init__(self, linear: nn.Linear, width: int) -> None:
        super().__init__()
        self.linear = linear
        self.down = nn.Linear(linear.out_features, width)
        self.up = nn.Linear(width, linear.out_features)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return the layer's output and what the detour makes of it."""
        out: torch.Tensor = self.linear(states)
        added: torch.Tensor = self.up(nn.functional.gelu(self.down(out)))
        return out + added


def insert(model: PreTrainedModel, width: int) -> None:
    """Put adapters into each layer; only they and the head are trained. Raises BadInput."""
    model.requires_grad_(requires_grad=False)
    found = 0
    for layer in layers_of(model):
        for name, linear in list(layer.named_modules()):
            if isinstance(linear, nn.Linear) and name.endswith(_PLACES):
                parent = layer.get_submodule(name.rpartition(".")[0])
                adapter = Bottleneck(linear, width).to(linear.weight.device)
                setattr(parent, name.rpartition(".")[2], adapter)
                found += 1
    if not found:
        raise BadInput(f"no place for an adapter in {type(model).__name__}; take --method lora")
    heads = head_names(model)
    for name, part in model.named_parameters():
        if name in heads:
            part.requires_grad_(requires_grad=True)
