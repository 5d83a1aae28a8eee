"""What the commands do: read the data, train, put the files on the shelf, say how it went."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from companion.errors import BadInput
from companion.language import Language
from companion.risk.learned import ENCODED, STEPS
from companion.risk.learned import stored as shipped
from companion.risk.levels import Level
from companion.risk.normalise import views
from companion.risk.policy import Policy, level_of
from lab import risk as training
from lab import sets
from lab.corpus import Part, load
from lab.evaluation.public import UNSEEN
from lab.risk_data import material
from lab.shelf import put
from lab.small.cut_encoder import Tuning
from lab.small.lexicons import chinese, english
from lab.small.training import Course

_ZH_WIDTH, _EN_WIDTH = 64, 96
_ZH_COMMONEST = 2000
_EN_MOST = 11000
#: Where no encoder helps, a second reader does.
_READERS = {Language.ZH: 2, Language.EN: 1}
_QUICK = training.Plan(course=Course(rounds=2), tuning=Tuning(layers=2, rounds=1))


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


def risk(
    language: Language,
    *,
    data: Path | None,
    encoder: Path | None,
    quick: bool = False,
    measure: bool = False,
    threads: int = 1,
) -> None:
    """Train the risk models of one language; says how the held-out lines were read.

    `measure` stops there: nothing that ships is written, but what the models read in PsySUICIDE's
    texts that were held out. Raises BadInput when the language ships an encoder and its base is
    not given.
    """
    if language not in ENCODED:
        encoder = None
    elif encoder is None:
        raise BadInput("English needs --encoder: the folder of all-MiniLM-L6-v2")
    torch.set_num_threads(threads)
    plan = replace(_QUICK if quick else training.Plan(readers=_READERS[language]), encoder=encoder)
    suicidality = sets.psysuicide(sets.data_folder(data)) if language is Language.ZH else None
    chat = sets.everyday_chat(sets.data_folder(data), language)
    learned_from = material(load(part=Part.TRAIN), language, suicidality=suicidality, chat=chat)
    typer.echo(f"{language}: {len(learned_from.texts):,} texts")
    numbers = training.prepared(learned_from, plan)
    aside = training.held_out(learned_from, plan)
    models = training.train(numbers, np.flatnonzero(~aside), plan)
    policies = training.policies(numbers, models, np.flatnonzero(aside), plan)
    _tell(numbers, models, policies, np.flatnonzero(aside))
    if suicidality is not None and measure:
        _keep_unseen(numbers, models, policies.quick, aside)
    if quick or measure:
        return
    models = training.train(numbers, np.arange(len(aside)), plan)
    for name, stored in training.files(numbers, models, policies).items():
        file = put(f"{name}_{language}", stored)
        typer.echo(f"{file.name}: {file.stat().st_size:,} bytes")
    typer.echo("Now: lab thresholds, then lab eval")


def _keep_unseen(
    numbers: training.Prepared,
    models: training.Trained,
    policy: Policy,
    aside: NDArray[np.bool_],
) -> None:
    """Write which level each PsySUICIDE text gets that these models never saw; null for others."""
    of_set = np.flatnonzero(numbers.material.is_suicidality)
    rows = of_set[aside[of_set]]
    thresholds = Policy.read(shipped(numbers.material.language)).thresholds
    policy = replace(policy, thresholds=thresholds)
    seen = policy.chances(training.features(numbers, models, rows, full=False))
    read = {
        row: int(level_of(chances, thresholds)) for row, chances in zip(rows, seen, strict=True)
    }
    UNSEEN.parent.mkdir(parents=True, exist_ok=True)
    UNSEEN.write_text(json.dumps({"levels": [read.get(row) for row in of_set]}), encoding="utf-8")
    typer.echo(f"{UNSEEN}: {len(rows)} texts of PsySUICIDE")


def _tell(
    numbers: training.Prepared,
    models: training.Trained,
    policies: training.Policies,
    rows: NDArray[np.int64],
) -> None:
    place = STEPS.index(Level.MODERATE)
    material = numbers.material
    rows = rows[material.is_own[rows]]
    level, ordinary = material.level[rows], material.is_ordinary[rows]
    for name, policy in (("quick", policies.quick), ("with the encoder", policies.full)):
        if policy is None:
            continue
        seen = training.features(numbers, models, rows, full=policy is policies.full)
        raised = policy.chances(seen)[:, place] >= policy.thresholds[place]
        for group, chosen in (
            ("at moderate and above, noticed", level >= Level.MODERATE),
            ("at high and above, noticed", level >= Level.HIGH),
            ("harmless of every slice, raised", level == Level.NONE),
            ("ordinary chat, raised", ordinary & (level == Level.NONE)),
        ):
            share = raised[chosen].mean()
            typer.echo(f"  held out, {name}: {group}: {share:.1%} of {chosen.sum():,}")
