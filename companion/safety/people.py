"""The truth about people that a card tells: who knows, who is coming, or that nobody does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from companion.campus import Campus
from companion.safety.wordings import Wordings


class Reach(StrEnum):
    """What can truthfully be said about a person at the campus."""

    TOLD = "told"  #: A page was taken by its channel just now.
    TELLING = "telling"  #: Somebody is on duty, and the page leaves with this card.
    COMING = "coming"  #: Nobody is on duty before a known moment.
    UNREACHED = "unreached"  #: Somebody should be told, and nobody can be.
    NOBODY = "nobody"  #: Nobody is to be told.


@dataclass(frozen=True, slots=True)
class People:
    """Whether a person at the campus knows of this."""

    reach: Reach
    #: When somebody is on duty again; aware, with `COMING` only.
    at: datetime | None = None


NOBODY = People(Reach.NOBODY)


def about_people(people: People, *, campus: Campus, words: Wordings, now: datetime) -> str:
    """Return the sentence of a card about people; every one says that this is an AI."""
    if people.reach is not Reach.COMING or people.at is None:
        reach = Reach.NOBODY if people.reach is Reach.COMING else people.reach
        return words.say("people", reach.value)
    local, today = people.at.astimezone(campus.timezone), now.astimezone(campus.timezone)
    days = (local.date() - today.date()).days
    key = {0: "coming", 1: "coming_tomorrow"}.get(days, "coming_day")
    return words.say("people", key, time=f"{local:%H:%M}", date=f"{local:%m-%d}")
