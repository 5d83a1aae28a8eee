"""What a researcher can set. Each field is an option of the command line, its help included."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from lab.encoder.tasks import TaskName


class Device(StrEnum):
    """Where to compute; `auto` takes cuda, then mps, then cpu."""

    AUTO = "auto"
    CUDA = "cuda"
    MPS = "mps"
    CPU = "cpu"


class Precision(StrEnum):
    """How exactly to compute; `auto` takes bf16 or fp16 on a cuda device, else fp32."""

    AUTO = "auto"
    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"


class Weights(StrEnum):
    """Whether rare labels weigh more in the loss."""

    NONE = "none"
    BALANCED = "balanced"


class Method(StrEnum):
    """How few parameters to tune."""

    LORA = "lora"
    ADAPTER = "adapter"
    PROMPT = "prompt"
    BITFIT = "bitfit"


class Noise(StrEnum):
    """What can happen to a text on its way through a hurried thumb."""

    TYPO = "typo"
    HOMOPHONE = "homophone"
    DROP = "drop"
    SWAP = "swap"
    CASE = "case"
    PUNCTUATION = "punctuation"
    TRADITIONAL = "traditional"


_MODEL = "Folder of the encoder in Hugging Face format. Nothing is ever downloaded."
_DATA = "JSON lines of text and labels, or a folder of them. May be given again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is learned, from what, with what."""

    task: Annotated[TaskName, Argument(help="What to recognise.")]
    model: Annotated[Path, Option(help=_MODEL)]
    data: Annotated[list[Path], Option(help=_DATA)]
    dev: Annotated[
        list[Path] | None, Option(help="Development texts. Without it a share of --data.")
    ] = None
    dev_share: Annotated[
        float, Option(min=0.01, max=0.9, help="Share of --data put aside where --dev is missing.")
    ] = 0.1
    augment: Annotated[
        int, Option(min=0, max=20, help="Noisy copies of each training text; never of --dev.")
    ] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How the loop runs."""

    epochs: Annotated[int, Option(min=1, help="At most so many rounds over the data.")] = 5
    patience: Annotated[
        int, Option(min=0, help="Stop after so many rounds without a better score; 0: never.")
    ] = 2
    batch: Annotated[int, Option(min=1, help="Texts a step.")] = 32
    accumulate: Annotated[
        int, Option(min=1, help="Steps before the weights move: batch x accumulate texts each.")
    ] = 1
    rate: Annotated[float, Option(min=0, help="Peak learning rate of AdamW.")] = 3e-5
    warmup: Annotated[
        float, Option(min=0, max=1, help="Share of the run in which the rate rises.")
    ] = 0.1
    weight_decay: Annotated[
        float, Option(min=0, help="Of matrices; biases and norms are spared.")
    ] = 0.01
    clip: Annotated[float, Option(min=0.01, help="Longest gradient.")] = 1.0
    dropout: Annotated[
        float | None, Option(min=0, max=0.9, help="In place of what the model's folder says.")
    ] = None
    class_weights: Annotated[Weights, Option(help="Let rare labels weigh more.")] = Weights.BALANCED
    freeze: Annotated[
        int, Option(min=0, help="Keep the embeddings and so many lowest layers as they are.")
    ] = 0
    freeze_embeddings: Annotated[bool, Option(help="Keep only the embeddings as they are.")] = False
    max_length: Annotated[int, Option(min=8, help="Tokens a text; the rest is cut off.")] = 256
    seed: Annotated[int, Option(min=0, help="Same seed, same machine: same weights.")] = 7
    device: Annotated[Device, Option(help="Where to compute.")] = Device.AUTO
    precision: Annotated[Precision, Option(help="Mixed precision where it helps.")] = Precision.AUTO
    save_every: Annotated[
        int, Option(min=0, help="Also save the state after so many weight updates; 0: each round.")
    ] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the run leaves what it made, and who watches."""

    name: Annotated[str, Option(help="Name of the run, a date for example: RUNS/TASK-METHOD-NAME.")]
    runs: Annotated[Path, Option(help="Folder of all runs.")] = Path("runs")
    resume: Annotated[bool, Option("--resume", help="Go on where the run stopped.")] = False
    tensorboard: Annotated[
        bool, Option("--tensorboard", help="Write curves to RUN/tensorboard.")
    ] = False
    wandb: Annotated[
        bool, Option("--wandb", help="Log to Weights & Biases; off line unless WANDB_MODE=online.")
    ] = False
    quiet: Annotated[bool, Option("--quiet", help="No progress bar.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """Parameter-efficient tuning."""

    method: Annotated[Method, Option(help="Which few parameters to tune.")] = Method.LORA
    rank: Annotated[int, Option(min=1, help="lora: rank of the update.")] = 8
    alpha: Annotated[int, Option(min=1, help="lora: scale, divided by the rank.")] = 16
    lora_dropout: Annotated[float, Option(min=0, max=0.9, help="lora: dropout before it.")] = 0.05
    targets: Annotated[
        str | None, Option(help="lora: names of linear layers, by commas. Default: query, value.")
    ] = None
    width: Annotated[int, Option(min=1, help="adapter: width of the bottleneck.")] = 32
    tokens: Annotated[int, Option(min=1, help="prompt: number of virtual tokens.")] = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Distilling:
    """How a student model follows its teacher."""

    teacher: Annotated[Path, Option(help="Folder of a teacher that was trained for the task.")]
    unlabelled: Annotated[
        list[Path] | None, Option(help="JSON lines of texts without labels, for the soft loss.")
    ] = None
    temperature: Annotated[float, Option(min=0.1, help="Softens both models' scores.")] = 2.0
    soft: Annotated[
        float,
        Option(min=0, max=1, help="Share of the teacher in the loss; the labels have the rest."),
    ] = 0.7
    hidden: Annotated[
        float, Option(min=0, help="Weight of following the teacher's hidden state; 0: off.")
    ] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaying:
    """How a model learns something new and keeps what it knew."""

    old: Annotated[
        list[Path], Option(help="Earlier training texts, or an earlier reservoir.jsonl.")
    ]
    old_dev: Annotated[list[Path], Option(help="What forgetting is measured on.")]
    share: Annotated[
        float, Option(min=0, max=0.9, help="Share of earlier texts in what is learned from.")
    ] = 0.3
    reservoir: Annotated[int, Option(min=1, help="Earlier texts kept at hand.")] = 2000
    hold: Annotated[
        float, Option(min=0, help="Pull towards the weights it started from (L2-SP); 0: off.")
    ] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting:
    """A trained folder as one that runs by ONNX Runtime."""

    task: Annotated[TaskName, Argument(help="What the model recognises.")]
    model: Annotated[Path, Option(help="Trained folder, RUNS/.../best for example.")]
    to: Annotated[Path, Option(help="New folder: model.onnx, tokenizer.json, labels.json.")]
    dev: Annotated[
        list[Path] | None, Option(help="Development texts; the temperature is fitted on them.")
    ] = None
    opset: Annotated[int, Option(min=18, help="Version of the ONNX operators.")] = 18
    max_length: Annotated[int, Option(min=8, help="Tokens a text; the rest is cut off.")] = 256
    int8: Annotated[
        bool, Option("--int8", help="Weights in 8 bits: a quarter of the size, faster on a CPU.")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """An exported folder behind HTTP."""

    folder: Annotated[Path, Argument(help="Folder that `export` made.")]
    host: Annotated[str, Option(help="Address to listen at.")] = "127.0.0.1"
    port: Annotated[int, Option(min=1, max=65535, help="Port to listen at.")] = 8090
    threads: Annotated[int, Option(min=0, help="Processors a text may use; 0: all.")] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmenting:
    """Noisy copies of a file's texts, for training only."""

    task: Annotated[TaskName, Argument(help="What the labels are of.")]
    data: Annotated[list[Path], Option(help=_DATA)]
    to: Annotated[Path, Option(help="New file of JSON lines, each marked as augmented.")]
    copies: Annotated[int, Option(min=1, max=20, help="Copies of each text, at most.")] = 1
    kind: Annotated[list[Noise] | None, Option(help="Only this noise. May be given again.")] = None
    seed: Annotated[int, Option(min=0, help="Same seed, same copies.")] = 7
