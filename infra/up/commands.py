"""What `nuanyu up` keeps running; which processes there are is the caller's to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class Stage(IntEnum):
    """When a process is stopped: the highest stage goes first."""

    WORK = 1  #: Does what is queued: the workers.
    SERVE = 2  #: Takes what arrives over HTTP: web.
    FEED = 3  #: Brings new work by itself: scheduler, poll.


@dataclass(frozen=True, slots=True)
class Command:
    """One process to keep running."""

    #: For people and for the name of its log file, such as "worker-safety".
    name: str
    argv: tuple[str, ...]
    stage: Stage
    #: Set for this process alone, on top of what all get.
    environment: dict[str, str] = field(default_factory=dict)
