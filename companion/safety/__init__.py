"""What a student at risk is told and asked: fixed, reviewed words, and the right numbers."""

from companion.safety.card import Card, crisis_card, numbers_card
from companion.safety.people import NOBODY, People, Reach

__all__ = ["NOBODY", "Card", "People", "Reach", "crisis_card", "numbers_card"]
