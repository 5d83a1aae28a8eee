"""Which lines of the development part were missed or raised for nothing, to go and read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lab.evaluation.groups import by_slice
from lab.evaluation.judged import Judged


def errors(found: Sequence[Judged], *, with_texts: bool = False) -> Iterator[str]:
    """Yield lines to print, by slice: ids and levels; texts only where asked for."""
    for name, group in by_slice(found).items():
        missed = [one for one in group if one.is_at_risk and not one.raised]
        raised = [one for one in group if not one.is_at_risk and one.raised]
        if missed or raised:
            yield f"{name}: {len(missed)} missed, {len(raised)} raised for nothing"
        for what, wrong in (("missed", missed), ("raised", raised)):
            for one in sorted(wrong, key=lambda each: -each.line.level):
                yield _told(what, one, with_texts=with_texts)


def _told(what: str, one: Judged, *, with_texts: bool) -> str:
    line, said = one.line, one.said
    told = (
        f"  {what} {line.id}: is {line.level.label}, called {said.level.label} ({said.score:.2f})"
    )
    if not with_texts:
        return told
    turns = [f"{turn.role}: {turn.text}" for turn in line.history]
    return "\n      ".join([told, *turns, line.text])
