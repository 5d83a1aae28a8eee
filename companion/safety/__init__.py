"""What a student at risk is told: fixed, reviewed words, and the right numbers for the hour."""

from companion.safety.card import Card, crisis_card

__all__ = ["Card", "crisis_card"]
