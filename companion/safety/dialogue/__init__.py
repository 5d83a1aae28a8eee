"""What is asked of a student at risk, one question at a time: rules, no I/O, no clock.

The questions and what answers mean are data in `content/risk/dialogue.toml`, the wording in
`content/safety/dialogue`. `open_dialogue` begins, `advance` goes on; both are pure.
"""

from companion.safety.dialogue.branches import Branch, branch_for
from companion.safety.dialogue.machine import Heard, Turned, advance, open_dialogue
from companion.safety.dialogue.speech import Said, Scene
from companion.safety.dialogue.state import State

__all__ = [
    "Branch",
    "Heard",
    "Said",
    "Scene",
    "State",
    "Turned",
    "advance",
    "branch_for",
    "open_dialogue",
]
