"""A scale being filled in: one question at a time, back, skip, stop, and taken up later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from companion.campus import Campus
from companion.care.entries import Entry, EntryKind, EntryState
from companion.care.scale_file import packaged_scales
from companion.care.scale_sheet import SHEET_LIFE, Deed, Sheet, new_sheet, read_reply
from companion.care.scales import Scale
from companion.flows.order import Order
from companion.flows.scale_alarm import raise_alarm
from companion.flows.scale_result import show_result
from companion.language import Language
from companion.messages import Choice
from companion.texts import say

#: What a button says after the entry's code to take the sheet up again.
_GO: Final = "go"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filling:
    """One sheet of one scale, in the message that fills it in."""

    order: Order
    scale: Scale
    #: As it was read; `sheet` may be further.
    entry: Entry
    sheet: Sheet

    def with_sheet(self, sheet: Sheet) -> _Filling:
        return replace(self, sheet=sheet)

    def keep(self, state: EntryState) -> bool:
        """Keep the sheet as it is now; False when somebody else's change won."""
        now = self.order.now
        at = now if state is EntryState.DONE else None
        body = self.sheet.to_json()
        return self.order.tx.care.entries.put(self.entry, body=body, state=state, at=at, now=now)

    def say(self, key: str, **fields: object) -> str:
        return say(f"scale.{key}", self.order.language, **fields)


def scales_of(campus: Campus) -> Mapping[str, Scale]:
    """Return every scale by its id: ours, and those whose text the campus brought."""
    return {**packaged_scales(), **{one.id: one for one in campus.scales}}


def is_stale(entry: Entry, order: Order) -> bool:
    """Whether a sheet was left so long that its answers speak of another time."""
    return order.now - entry.at >= SHEET_LIFE


def begin_scale(order: Order, scale: Scale) -> None:
    """Begin an empty sheet with its first question."""
    sheet = new_sheet(scale, order.language)
    entry = order.tx.care.entries.begin(
        order.student.id,
        EntryKind.SCALE,
        sheet.to_json(),
        name=scale.id,
        at=order.now,
        now=order.now,
    )
    _ask(_Filling(order=order, scale=scale, entry=entry, sheet=sheet))


def takes_reply(entry: Entry, text: str, language: Language) -> bool:
    """Whether a text answers the question of a sheet; anything else is talk."""
    del language
    return read_reply(text, Sheet.from_json(entry.body).labels) is not None


def take_reply(order: Order, entry: Entry) -> None:
    """Take an answer in that was typed."""
    filling = _filling(order, entry)
    if filling is None:
        return
    sheet = filling.sheet
    reply = read_reply(order.message.text, sheet.labels)
    if isinstance(reply, Deed):
        _do(filling, reply)
    elif reply is not None:
        _take(filling.with_sheet(sheet.answered(sheet.values[reply])))


def press(order: Order, entry: Entry | None, rest: str) -> None:
    """Carry out a button of a sheet; one of an earlier question changes nothing."""
    filling = _filling(order, entry)
    if filling is None:
        return
    sheet = filling.sheet
    number, _, what = rest.rpartition(" ")
    if what == _GO:
        _take(filling)
    elif what in {Deed.LATER, Deed.STOP}:
        _do(filling, Deed(what))
    elif number != str(sheet.number):
        _ask(filling, before=filling.say("past"))
    elif what in {Deed.SKIP, Deed.BACK}:
        _do(filling, Deed(what))
    elif what.isdecimal() and int(what) in sheet.values:
        _take(filling.with_sheet(sheet.answered(int(what))))
    else:
        order.answer_unknown()


def resume_choice(order: Order, entry: Entry) -> Choice:
    """Return the button that takes a sheet up where it stood."""
    return Choice(say("scale.resume", order.language), f"/scale {entry.code} {_GO}")


def _filling(order: Order, entry: Entry | None) -> _Filling | None:
    """Return a sheet that can be gone on with; else say why not, and return None."""
    scale = scales_of(order.campus).get(entry.name) if entry is not None else None
    is_sheet = entry is not None and entry.kind is EntryKind.SCALE and entry.can_go_on
    if entry is None or scale is None or not scale.languages or not is_sheet:
        every = Choice(say("scale.all", order.language), "/scale")
        order.answer(say("scale.gone", order.language), every)
        return None
    filling = _Filling(order=order, scale=scale, entry=entry, sheet=Sheet.from_json(entry.body))
    if not is_stale(entry, order):
        return filling
    filling.keep(EntryState.STOPPED)
    again = Choice(filling.say("anew"), f"/scale {scale.id} start")
    order.answer(filling.say("stale", short=scale.short), again)
    return None


def _do(filling: _Filling, deed: Deed) -> None:
    order = filling.order
    match deed:
        case Deed.SKIP:
            _take(filling.with_sheet(filling.sheet.answered(None)))
        case Deed.BACK:
            _take(filling.with_sheet(filling.sheet.back()))
        case Deed.LATER:
            if filling.keep(EntryState.LATER):
                order.answer(filling.say("put_off"), resume_choice(order, filling.entry))
        case Deed.STOP:
            if filling.keep(EntryState.STOPPED):
                order.answer(filling.say("stopped"))


def _take(filling: _Filling) -> None:
    """Keep the sheet as it is now and say what is next."""
    scale, sheet = filling.scale, filling.sheet
    alarming = _alarming(filling)
    if alarming is not None:
        # The result waits: nothing stands between this answer and the questions about safety.
        if filling.keep(EntryState.LATER):
            raise_alarm(filling.order, scale, len(sheet.answers), alarming)
    elif sheet.number <= scale.size:
        if filling.keep(EntryState.RUNNING):
            _ask(filling)
    elif all(one is None for one in sheet.answers):
        if filling.keep(EntryState.STOPPED):
            filling.order.answer(filling.say("all_skipped"))
    elif filling.keep(EntryState.DONE):
        _show(filling)


def _alarming(filling: _Filling) -> int | None:
    """Return the answer just given when it starts the safety dialogue."""
    answers = filling.sheet.answers
    if len(answers) <= len(Sheet.from_json(filling.entry.body).answers):
        return None
    return answers[-1] if filling.scale.rings(len(answers), answers[-1]) else None


def _show(filling: _Filling) -> None:
    order = filling.order
    done = order.tx.care.entries.find(order.student.id, filling.entry.code)
    if done is not None:
        show_result(order, filling.scale, done)


def _ask(filling: _Filling, *, before: str = "") -> None:
    scale, sheet = filling.scale, filling.sheet
    number, language = sheet.number, sheet.language
    where = say("scale.where", language, number=number, size=scale.size)
    first = scale.question[language] if number == 1 or before else ""
    hint = say("scale.hint", language, most=len(sheet.labels)) if number == 1 else ""
    item = say("scale.item", language, text=scale.items[number - 1][language])
    head = f"{where} · {scale.period[language]}"
    text = "\n\n".join(part for part in (before, head, first, item, hint) if part)
    filling.order.answer(text, *_answers(filling), *_deeds(filling))


def _answers(filling: _Filling) -> list[Choice]:
    sheet = filling.sheet
    start = f"/scale {filling.entry.code} {sheet.number}"
    pairs = zip(sheet.labels, sheet.values, strict=True)
    return [Choice(label, f"{start} {value}") for label, value in pairs]


def _deeds(filling: _Filling) -> list[Choice]:
    sheet, begin = filling.sheet, f"/scale {filling.entry.code}"
    here = [Deed.SKIP, Deed.BACK] if sheet.answers else [Deed.SKIP]
    return [
        *(Choice(filling.say(deed), f"{begin} {sheet.number} {deed}") for deed in here),
        *(Choice(filling.say(deed), f"{begin} {deed}") for deed in (Deed.LATER, Deed.STOP)),
    ]
