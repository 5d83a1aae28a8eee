"""Suggestions and counts, on both databases."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from companion.care.suggested import Made, Suggested
from companion.care.suggestions import Tally
from infra.store.care_tables import SuggestionRow
from tests.store.conftest import NOW, SOON

MADE = Made(exercise="body-scan", situation="sleep", at=NOW, propensity=0.9, became="begun")
KEPT = Suggested(
    asked=True,
    goals=("sleep",),
    own_goal="a made-up goal",
    never=frozenset({"tipp"}),
    made=(MADE,),
)


def test_what_is_kept_comes_back_and_a_second_takes_its_place(store, engine, arrive):
    mei, lin = arrive(sender="mei").student_id, arrive(sender="lin").student_id
    with store.transaction() as tx:
        assert tx.care.suggestions.get(mei) == Suggested()
        tx.care.suggestions.put(mei, Suggested(asked=True), now=NOW)
    with store.transaction() as tx:
        tx.care.suggestions.put(mei, KEPT, now=SOON)

    with store.transaction() as tx:
        assert tx.care.suggestions.get(mei) == KEPT
        assert tx.care.suggestions.get(lin) == Suggested()
    with engine.connect() as connection:
        [body] = connection.execute(select(SuggestionRow.body)).scalars()
    assert b"made-up" not in body


def test_counts_add_up_by_exercise_and_situation(store):
    with store.transaction() as tx:
        for what in ("suggested", "begun", "helped", "helped", "not_helped"):
            tx.care.tallies.count("body-scan", "sleep", what)
        tx.care.tallies.count("body-scan", "anxiety", "not_helped")

    with store.reading() as tx:
        assert tx.care.tallies.of("sleep") == {"body-scan": Tally(helped=2, not_helped=1)}
        assert tx.care.tallies.of("any") == {}


def test_only_the_newest_suggestions_are_remembered():
    many = Suggested()
    for _ in range(200):
        many = many.with_made(MADE)

    assert len(many.made) == 60
    assert Suggested.from_json(many.as_json()) == many


def test_without_consent_to_storage_it_goes_with_the_words(store, arrive):
    mei = arrive(sender="mei").student_id
    with store.transaction() as tx:
        tx.care.suggestions.put(mei, KEPT, now=NOW)

    with store.transaction() as tx:
        tx.upkeep.drop_words(before=NOW - timedelta(days=365), unstored_before=NOW, limit=100)
        assert tx.care.suggestions.get(mei) == KEPT, "not before its time"
    with store.transaction() as tx:
        tx.upkeep.drop_words(before=NOW - timedelta(days=365), unstored_before=SOON, limit=100)

    with store.transaction() as tx:
        assert tx.care.suggestions.get(mei) == Suggested()
