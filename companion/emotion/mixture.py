"""How two sets with habits of their own become one answer.

The readers of a newspaper's comments and those of a TV script call different things fear. The
model answers once as each set's readers would, and once which set a text is like; the answers
are mixed by that: p(label) = sum over sets of p(set | text) p(label | text, set).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from companion.emotion.labels import Emotion

LABELS = len(Emotion)
#: Outputs of a model: seven as the first set has it, seven as the second, and "is like the first".
OUTPUTS = 2 * LABELS + 1

Values: TypeAlias = NDArray[np.float32]


def mixed(outputs: Values, asked: Values) -> tuple[Values, Values]:
    """Return the seven probabilities of each text and its likeness to the first set.

    `outputs` has shape (texts, OUTPUTS); `asked`, shape (2, 7), is 0 where a set has no such
    label: the other set then answers alone.
    """
    like = outputs[..., -1:]
    # Where one set alone has a label its share is 1, whatever the text is like.
    first_share = np.where(asked[1] == 0, 1, np.where(asked[0] == 0, 0, like))
    first, second = outputs[..., :LABELS], outputs[..., LABELS : 2 * LABELS]
    seven: Values = (first_share * first + (1 - first_share) * second).astype(np.float32)
    return seven, like[..., 0]


def bars(like: Values, thresholds: Values) -> Values:
    """Return the seven thresholds for texts of this likeness; `thresholds` has shape (2, 7)."""
    share = like[..., None]
    mixed_bars: Values = share * thresholds[0] + (1 - share) * thresholds[1]
    return mixed_bars
