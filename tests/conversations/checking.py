"""A student who checks in, in either language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from companion.flows.moods import moods_of
from companion.language import Language
from companion.messages import InboundKind
from companion.texts import say

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LINE = {Language.ZH: "室友又吵到三点", Language.EN: "the roommate was loud till three"}


class Checking:
    """One student who checks in."""

    def __init__(self, campus, language, *, storage=True):
        self.campus, self.language = campus, language
        self.student_id = campus.onboard()
        if not storage:
            self.press("/consent storage no")
        if language is Language.EN:
            self.press("/language en")

    def say(self, key, **fields):
        return say(f"mood.{key}", self.language, **fields)

    def press(self, value):
        return self.campus.says(value, kind=InboundKind.CHOICE)

    def asked(self, words="/mood"):
        """Ask for the faces; returns the values of the five buttons, the lowest first."""
        self.campus.says(words)
        return self.values("/mood set")

    def tells(self, face, words="/mood"):
        return self.press(self.asked(words)[face - 1])

    def values(self, beginning):
        pressed = self.campus.buttons().values()
        return [value for value in pressed if value.startswith(beginning)]

    def button(self, verb):
        [value] = self.values(f"/mood {verb} ")
        return value

    def tag(self, tag):
        [value] = [v for v in self.values("/mood tag ") if v.endswith(f" {tag}")]
        return self.press(value)

    def moods(self):
        with self.campus.store.reading() as tx:
            return list(moods_of(tx, self.student_id, after=LONG_AGO))

    def faces(self):
        return [mood.face for mood in self.moods()]

    def days(self, *faces):
        """Tell one mood a day, the last one now."""
        told = []
        for face in faces:
            self.campus.clock.passes(days=1)
            told = self.tells(face)
        return told

    def at_watch(self):
        """How many messages of the student stand at watch."""
        with self.campus.store.reading() as tx:
            now = self.campus.clock.now() + timedelta(minutes=1)
            return sum(one.now for one in tx.digests.at_watch(until=now, span=timedelta(days=400)))
