"""Everything the guided engine can say and hear, read once from `companion/content/guided`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from companion.dialogue.guided.cues import Cues
from companion.dialogue.guided.lines import Line, Pool, pool
from companion.errors import ContentError
from companion.language import Language

_FOLDER = files("companion") / "content" / "guided"
_Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sub:
    """A narrower thing inside a topic, such as a failed exam."""

    cues: Cues
    reflect: Pool
    ask: Pool


@dataclass(frozen=True, slots=True)
class Voice:
    """What can be said about one entry in one language."""

    name: str
    hear: Pool  #: For the moment it comes up.
    reflect: Pool  #: For later.
    ask: Mapping[str, Pool]  #: Questions by what they ask for ("open", "when", "tried" …).
    subs: tuple[Sub, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A topic, a feeling or a theme: how it is heard and what is said about it."""

    id: str
    cues: Cues
    #: Behind most talks about sleep, fear or anger stands something else, which then wins.
    is_symptom: bool
    #: People and things that stand in the background of most talks take over a talk less easily.
    is_backdrop: bool
    #: "heavy", "hot", "light" or "": how a reply to it should sound.
    tone: str
    voices: Mapping[Language, Voice]
    #: Topics of a talk in which this theme is nothing new and stays silent.
    unless: frozenset[str] = frozenset()
    #: Whether its first words come before anything narrower (condolence before detail).
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Something said to Nuanyu itself, such as "are you human"."""

    id: str
    cues: Cues
    #: Characters (zh) the text may hold besides; words (en) count three. None: any number.
    room: int | None
    #: Whether the talk goes back to its topic after the answer.
    returns: bool
    #: Whether it only opens a text: what is told beside it counts for more.
    opens: bool
    say: Mapping[Language, Pool]


@dataclass(frozen=True, slots=True)
class Exercise:
    """A short exercise: the offer with its reason, the steps, the ends."""

    id: str
    fits: frozenset[str]  #: Topics and feelings it is for.
    #: Themes of which one must just have come up; empty: none need to.
    needs: frozenset[str]
    is_told: bool  #: Whether the student answers its steps with words of their own.
    offer: Mapping[Language, Pool]
    steps: Mapping[Language, tuple[Line, ...]]
    done: Mapping[Language, Pool]


@dataclass(frozen=True, slots=True)
class Book:
    """All content."""

    topics: tuple[Entry, ...]
    feelings: tuple[Entry, ...]
    themes: tuple[Entry, ...]
    acts: tuple[Act, ...]
    exercises: tuple[Exercise, ...]
    #: Lines that belong to no entry, by language and name ("frames.echo", "ask.when" …).
    common: Mapping[Language, Mapping[str, Pool]]
    #: Quick-reply labels by language and the mark of the line they go with.
    labels: Mapping[Language, Mapping[str, tuple[str, ...]]]

    def lines(self) -> Iterator[Line]:
        """Every line there is."""
        for entry in (*self.topics, *self.feelings, *self.themes):
            for voice in entry.voices.values():
                yield from (*voice.hear, *voice.reflect)
                yield from _flat(voice.ask.values())
                yield from _flat((*sub.reflect, *sub.ask) for sub in voice.subs)
        for act in self.acts:
            yield from _flat(act.say.values())
        for exercise in self.exercises:
            yield from _flat(exercise.offer.values())
            yield from _flat(exercise.steps.values())
            yield from _flat(exercise.done.values())
        for pools in self.common.values():
            yield from _flat(pools.values())


@cache
def book() -> Book:
    """Return all content. Raises ContentError, naming the file, when an entry is bad."""
    topics = tuple(
        _entry(_read(name), kind="topic", name=name)
        for name in sorted(f"topics/{path.name}" for path in (_FOLDER / "topics").iterdir())
        if name.endswith(".toml")
    )
    feelings = _read("feelings.toml")["feeling"]
    themes = _read("themes.toml")["theme"]
    exercises = _read("exercises.toml")["exercise"]
    common = _read("common.toml")
    return Book(
        topics=topics,
        feelings=tuple(_entry(t, kind="feeling", name="feelings.toml") for t in feelings),
        themes=tuple(_entry(t, kind="theme", name="themes.toml") for t in themes),
        acts=tuple(_act(table) for table in _read("acts.toml")["act"]),
        exercises=tuple(_exercise(table) for table in exercises),
        common={language: _common(common[language]) for language in Language},
        labels={
            language: {mark: tuple(labels) for mark, labels in common[language]["labels"].items()}
            for language in Language
        },
    )


def _read(name: str) -> _Table:
    try:
        return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ContentError(f"guided/{name}: {error}") from error


def _entry(table: _Table, *, kind: str, name: str) -> Entry:
    try:
        return Entry(
            id=table["id"],
            cues=_cues(table),
            is_symptom=table.get("symptom", False),
            is_backdrop=table.get("backdrop", False),
            tone=table.get("tone", ""),
            voices={lang: _voice(table, lang, kind=kind) for lang in Language},
            unless=frozenset(table.get("unless", ())),
            leads=table.get("leads", False),
        )
    except KeyError as error:
        raise ContentError(f"guided/{name}: {table.get('id')} lacks {error}") from error


def _cues(table: _Table) -> Cues:
    return Cues.of([table["zh"], table["en"]], strong="cues", weak="hints")


def _voice(entry: _Table, language: Language, *, kind: str) -> Voice:
    table, mark = entry[language], f"{kind}:{entry['id']}"
    return Voice(
        name=table.get("name", ""),
        hear=pool(table.get("hear", ()), f"hear:{mark}"),
        reflect=pool(table.get("reflect", ()), f"reflect:{mark}"),
        ask={tag: pool(texts, f"ask:{tag}") for tag, texts in table.get("ask", {}).items()},
        subs=tuple(_sub(sub, language, mark=mark) for sub in table.get("sub", ())),
    )


def _sub(table: _Table, language: Language, *, mark: str) -> Sub:
    both = [table, {}] if language is Language.ZH else [{}, table]
    return Sub(
        cues=Cues.of(both, strong="cues", weak="hints"),
        reflect=pool(table.get("reflect", ()), f"sub:{mark}"),
        ask=pool(table.get("ask", ()), "ask:detail"),
    )


def _act(table: _Table) -> Act:
    try:
        return Act(
            id=table["id"],
            cues=_cues(table),
            room=table.get("room"),
            returns=table.get("returns", False),
            opens=table.get("opens", False),
            say={lang: pool(table[lang]["say"], f"act:{table['id']}") for lang in Language},
        )
    except KeyError as error:
        raise ContentError(f"guided/acts.toml: {table.get('id')} lacks {error}") from error


def _exercise(table: _Table) -> Exercise:
    try:
        name = table["id"]
        return Exercise(
            id=name,
            fits=frozenset(table["fits"]),
            needs=frozenset(table.get("needs", ())),
            is_told=table["told"],
            offer={lang: pool(table[lang]["offer"], f"offer:{name}") for lang in Language},
            steps={
                lang: tuple(
                    pool([step], f"step:{name}:{number}")[0]
                    for number, step in enumerate(table[lang]["steps"])
                )
                for lang in Language
            },
            done={lang: pool(table[lang]["done"], "ask:after") for lang in Language},
        )
    except KeyError as error:
        raise ContentError(f"guided/exercises.toml: {table.get('id')} lacks {error}") from error


def _common(table: _Table) -> dict[str, Pool]:
    return {
        f"{group}.{name}": pool(texts, f"{group}:{name}")
        for group, pools in table.items()
        if group != "labels"
        for name, texts in pools.items()
    }


def _flat(pools: Iterable[Iterable[Line]]) -> Iterator[Line]:
    for lines in pools:
        yield from lines
