"""What is new is learned without losing what was known."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from companion.errors import BadInput
from lab.encoder import finetune, replay
from lab.encoder.examples import Example
from lab.encoder.settings import Replaying
from tests.encoder.small import (
    CALM,
    DARK,
    LOW,
    place,
    risk_rows,
    source,
    training,
    write_encoder,
    write_rows,
)

pytestmark = pytest.mark.encoder


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A model that tells none from high, and new texts that are all watch."""
    folder = tmp_path_factory.mktemp("known")
    old = {"none": CALM, "high": DARK}
    write_rows(folder / "old.jsonl", risk_rows(100, groups=old))
    write_rows(folder / "old-dev.jsonl", risk_rows(40, seed=9, groups=old))
    write_rows(folder / "new.jsonl", risk_rows(60, seed=2, groups={"watch": LOW}))
    write_rows(folder / "new-dev.jsonl", risk_rows(20, seed=4, groups={"watch": LOW}))
    lesson = source(
        write_encoder(folder / "encoder"), folder / "old.jsonl", folder / "old-dev.jsonl"
    )
    return folder, finetune.run(lesson, training(), place(folder, "known")) / "best"


def learn_on(known, name, **more):
    folder, model = known
    return replay.run(
        source(model, folder / "new.jsonl", folder / "new-dev.jsonl"),
        training(epochs=4),
        place(folder, name),
        Replaying(old=[folder / "old.jsonl"], old_dev=[folder / "old-dev.jsonl"], **more),
    )


def old_scores(run):
    report = (run / "report.md").read_text()
    return [
        float(re.search(rf"earlier texts, {when}: macro F1 ([\d.]+)", report)[1])
        for when in ("before", "after")
    ]


def test_replay_keeps_what_was_known_better_than_none(known):
    without, with_it = (
        learn_on(known, name, share=share) for name, share in (("without", 0.0), ("with", 0.5))
    )

    assert old_scores(without)[0] > 0.9
    assert old_scores(without)[1] < old_scores(with_it)[1] - 0.2
    assert old_scores(with_it)[1] > 0.85
    assert "forgotten: " in (with_it / "report.md").read_text()


def test_holding_on_to_the_start_forgets_less(known):
    loose, held = (
        learn_on(known, name, share=0.0, hold=hold) for name, hold in (("loose", 0), ("held", 100))
    )

    assert old_scores(held)[1] > old_scores(loose)[1]


def test_the_next_run_finds_a_reservoir_of_both(known):
    run = learn_on(known, "kept", reservoir=80)

    rows = [json.loads(line) for line in (run / replay.RESERVOIR).read_text().splitlines()]
    assert len(rows) == 80
    assert {label for row in rows for label in row["labels"]} == {"none", "watch", "high"}


def test_a_model_that_knows_nothing_yet_cannot_go_on(known):
    folder, _ = known

    with pytest.raises(BadInput, match="trained for the labels"):
        learn_on((folder, folder / "encoder"), "bad")


def test_a_reservoir_gives_each_example_the_same_chance():
    stream = [Example(str(number), ()) for number in range(50)]

    seen = Counter(one.text for seed in range(400) for one in replay.reservoir(stream, 10, seed))

    assert sum(seen.values()) == 4000
    assert all(40 < seen[example.text] < 130 for example in stream)
    assert replay.reservoir(stream, 10, 1) == replay.reservoir(stream, 10, 1)


def test_a_round_holds_all_that_is_new_and_a_share_of_the_old():
    places = replay.mixed(60, 10, 0.5, seed=1, epoch=0)

    assert sorted(place for place in places if place < 60) == list(range(60))
    assert len([place for place in places if place >= 60]) == 60
    assert places != replay.mixed(60, 10, 0.5, seed=1, epoch=1)
    assert replay.mixed(3, 0, 0.5, seed=1, epoch=0) != []
