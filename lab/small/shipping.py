"""What the commands do: read the data, train, put the files on the shelf, say how it went."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import typer

from companion.language import Language
from companion.risk.learned import STEPS
from companion.risk.levels import Level
from companion.risk.normalise import views
from lab import risk as training
from lab import sets
from lab.corpus import Part, load
from lab.risk_data import Material, material
from lab.shelf import put
from lab.small.lexicons import chinese, english
from lab.small.training import Course

_ZH_WIDTH, _EN_WIDTH = 64, 96
_ZH_COMMONEST = 2000
_EN_MOST = 11000
_QUICK = training.Plan(folds=2, readers=1, course=Course(rounds=2))


def words(vectors: Path, encoder: Path, *, data: Path | None) -> None:
    """Build the lexicons of both languages from the corpus' and the public sets' words."""
    folder = sets.data_folder(data)
    lines = load(part=Part.TRAIN)
    zh, en = Language.ZH, Language.EN
    ours = {
        language: [views(one.text)[-1] for one in lines if one.language is language]
        for language in Language
    }
    chinese_sets = [sets.psysuicide(folder), sets.cogdis(folder), sets.semeval(folder, zh, "train")]
    english_sets = [sets.goemotions(folder, "train"), sets.semeval(folder, en, "train")]
    texts = [*ours[zh], *(text for one in chinese_sets for text in one.texts)]
    file = put("words_zh", chinese(vectors, texts, width=_ZH_WIDTH, commonest=_ZH_COMMONEST))
    typer.echo(f"{file.name}: {file.stat().st_size:,} bytes")
    texts = [*ours[en], *(text for one in english_sets for text in one.texts)]
    file = put("words_en", english(encoder, texts, width=_EN_WIDTH, most=_EN_MOST))
    typer.echo(f"{file.name}: {file.stat().st_size:,} bytes")


def risk(language: Language, *, data: Path | None, quick: bool, threads: int) -> None:
    """Train the risk models of one language; says how the out-of-fold predictions did."""
    torch.set_num_threads(threads)
    plan = _QUICK if quick else training.Plan()
    suicidality = sets.psysuicide(sets.data_folder(data)) if language is Language.ZH else None
    chat = sets.everyday_chat(sets.data_folder(data), language)
    lines = load(part=Part.TRAIN)
    learned_from = material(lines, language, suicidality=suicidality, chat=chat)
    typer.echo(f"{language}: {len(learned_from.texts):,} texts")
    numbers = training.prepared(learned_from)
    features = training.out_of_fold(numbers, plan)
    policy = training.policy_of(features, learned_from, ceiling=plan.ceiling)
    _tell(policy.chances(features), policy.thresholds, learned_from)
    if quick:
        return
    file = put(f"risk_{language}", training.whole(numbers, policy, plan))
    typer.echo(f"{file.name}: {file.stat().st_size:,} bytes. Now: lab thresholds, then lab eval")


def _tell(chances: np.ndarray, thresholds: np.ndarray, learned_from: Material) -> None:
    place = STEPS.index(Level.MODERATE)
    own = learned_from.is_own
    ordinary = learned_from.is_ordinary[own]
    raised = chances[own, place] >= thresholds[place]
    level = learned_from.level[own]
    for name, chosen in (
        ("at moderate and above, noticed", level >= Level.MODERATE),
        ("at high and above, noticed", level >= Level.HIGH),
        ("harmless of every slice, raised", level == Level.NONE),
        ("ordinary chat, raised", ordinary & (level == Level.NONE)),
    ):
        typer.echo(f"  out of fold, {name}: {raised[chosen].mean():.1%} of {chosen.sum():,}")
