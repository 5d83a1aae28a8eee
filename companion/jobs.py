"""The jobs that may be sent to a queue: a name, ids, never words (law 2)."""

from __future__ import annotations

from enum import StrEnum


class Queue(StrEnum):
    """A queue with worker processes of its own."""

    SAFETY = "safety"
    CONVERSATION = "conversation"
    DELIVERY = "delivery"
    BACKGROUND = "background"


class Job(StrEnum):
    """A hint that something is owed. What is owed is in the row (law 1)."""

    ASSESS = "assess"  #: Screen one message.
    ASK_OPINION = "ask_opinion"  #: Let a second reader look at one screened message.
    REPLY = "reply"  #: Answer what a student has said and nobody answered.
    DELIVER = "deliver"  #: Hand one outbound row to its platform.
    DELIVER_URGENT = "deliver_urgent"  #: The same for a crisis card, by the safety workers.
    SHOW_DRAFT = "show_draft"  #: Show the part of a reply that is written already.
    SHOW_TYPING = "show_typing"  #: Show that an answer is being written.
    PAGE = "page"  #: Tell the staff about one escalation.
    REMEMBER = "remember"  #: Note durable facts, fold old turns into the summary.
    SWEEP = "sweep"  #: Find what is still owed and send its jobs again.
    PURGE = "purge"  #: Delete what has passed its date.

    @property
    def queue(self) -> Queue:
        """Return the queue this job travels on."""
        return _QUEUES[self]


_QUEUES = {
    Job.ASSESS: Queue.SAFETY,
    Job.ASK_OPINION: Queue.SAFETY,
    Job.DELIVER_URGENT: Queue.SAFETY,
    Job.PAGE: Queue.SAFETY,
    Job.REPLY: Queue.CONVERSATION,
    Job.DELIVER: Queue.DELIVERY,
    Job.SHOW_DRAFT: Queue.DELIVERY,
    Job.SHOW_TYPING: Queue.DELIVERY,
    Job.REMEMBER: Queue.BACKGROUND,
    Job.SWEEP: Queue.BACKGROUND,
    Job.PURGE: Queue.BACKGROUND,
}
