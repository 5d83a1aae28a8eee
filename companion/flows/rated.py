"""What suggestions learn from an exercise that was rated."""

from __future__ import annotations

from companion.care.suggestions import ANY
from companion.flows.order import Order


def learn_from(order: Order, exercise: str, helped: str) -> None:
    """Count, for all students, whether an exercise helped: "yes", "little" or "no".

    It is counted for the situation it was suggested in; for one taken up unasked, for none.
    """
    made = order.tx.care.suggestions.get(order.student.id).latest(exercise)
    situation = made.situation if made is not None and made.became == "begun" else ANY
    order.tx.care.tallies.count(exercise, situation, "not_helped" if helped == "no" else "helped")
