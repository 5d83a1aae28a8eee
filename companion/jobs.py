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
    REFLECT = "reflect"  #: Put a sentence in front of a question that is held back, and let it go.
    REFLECT_ANSWER = "reflect_answer"  #: The same in front of the next step of an exercise.
    REPLY = "reply"  #: Answer what a student has said and nobody answered.
    DELIVER = "deliver"  #: Hand one outbound row to its platform.
    DELIVER_URGENT = "deliver_urgent"  #: The same for a crisis card, by the safety workers.
    SHOW_DRAFT = "show_draft"  #: Show the part of a reply that is written already.
    SHOW_TIMER = "show_timer"  #: Show the phase that an exercise's timer is in.
    SHOW_TYPING = "show_typing"  #: Show that an answer is being written.
    RAISE = "raise"  #: Climb a case's ladder: page the rung that is due.
    PAGE = "page"  #: Send one page to one person, or to the staff group.
    WATCH_CASES = "watch_cases"  #: Find rungs that are due, pages and owners that got stuck.
    RELAY = "relay"  #: Pass one line of a student to the counsellor who holds the talk.
    MARK_DELIVERY = "mark_delivery"  # Show a counsellor what became of one message of theirs.
    FOLLOW_UP = "follow_up"  #: Send the caring contacts that are due.
    READ_JOURNAL = "read_journal"  #: Read a journal over, for a student who asked for it.
    PLAN_NUDGES = "plan_nudges"  #: Find who is to be asked today, and when they are asked next.
    NUDGE = "nudge"  #: Write the planned nudges whose turn has come: few at a time.
    REMEMBER = "remember"  #: Note durable facts, fold old turns into the summary.
    DIGEST = "digest"  #: Send the daily digest of who was at watch, when its hour has come.
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
    Job.RAISE: Queue.SAFETY,
    Job.PAGE: Queue.SAFETY,
    Job.WATCH_CASES: Queue.SAFETY,
    Job.RELAY: Queue.SAFETY,
    Job.MARK_DELIVERY: Queue.SAFETY,
    Job.FOLLOW_UP: Queue.BACKGROUND,
    Job.DIGEST: Queue.DELIVERY,
    # Not with the replies: hundreds of those may wait while a question is held for seconds.
    Job.REFLECT: Queue.DELIVERY,
    Job.REFLECT_ANSWER: Queue.DELIVERY,
    Job.REPLY: Queue.CONVERSATION,
    Job.DELIVER: Queue.DELIVERY,
    Job.SHOW_DRAFT: Queue.DELIVERY,
    Job.SHOW_TIMER: Queue.DELIVERY,
    Job.SHOW_TYPING: Queue.DELIVERY,
    Job.READ_JOURNAL: Queue.BACKGROUND,
    Job.PLAN_NUDGES: Queue.BACKGROUND,
    Job.NUDGE: Queue.BACKGROUND,
    Job.REMEMBER: Queue.BACKGROUND,
    Job.SWEEP: Queue.BACKGROUND,
    Job.PURGE: Queue.BACKGROUND,
}
