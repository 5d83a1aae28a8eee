"""What becomes of moods: kept or gone, a steep fall, the picture, the letter."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from companion.flows.export import export_file
from companion.flows.purge import purge
from companion.language import Language
from companion.messages import InboundKind, Platform
from companion.ports import Refused
from companion.risk import Level
from companion.texts import say, wording
from tests.conversations.checking import LINE, Checking
from tests.fakes.campus import FakeCampus
from tests.fakes.scripted_model import ScriptedModel


@pytest.fixture(params=Language)
def student(campus, request):
    return Checking(campus, request.param)


# ------------------------------------------------------------ what is kept


def test_who_allowed_no_storage_is_told_and_everything_goes_after_a_day(campus):
    student = Checking(campus, Language.ZH, storage=False)
    [question] = campus.says("/mood")
    assert say("mood.unstored", Language.ZH) in question
    student.press(student.values("/mood set")[2])

    campus.clock.passes(hours=23)
    _purge(campus)
    assert student.faces() == [3]
    campus.clock.passes(hours=2)
    _purge(campus)
    assert student.faces() == []


def test_who_allowed_storage_keeps_them(student):
    student.tells(4)
    student.campus.clock.passes(days=300)
    _purge(student.campus)
    assert student.faces() == [4]
    student.campus.clock.passes(days=100)
    _purge(student.campus)
    assert student.faces() == []


def test_the_export_holds_every_mood_with_its_line(student):
    student.tells(2)
    student.press(student.button("line"))
    student.campus.says(LINE[student.language])

    packed = zipfile.ZipFile(
        io.BytesIO(export_file(student.student_id, services=student.campus.services))
    )

    assert LINE[student.language] in packed.read("nuanyu.html").decode()
    kept = json.loads(packed.read("nuanyu.json"))["kept_of_yourself"]
    assert {"face": 2, "line": LINE[student.language]} in [one["kept"] for one in kept]


def _purge(campus):
    purge(services=campus.services)


# ------------------------------------------------------------ a steep fall


def test_a_steep_fall_raises_watch_once_a_day_and_offers_a_talk_and_a_person(student):
    student.days(4, 4, 5, 4, 4, 4, 3)
    assert student.at_watch() == 0

    [text] = student.days(2, 2)[-1:]

    assert student.say("dip_offer") in text
    assert {"/mood talk", "/human"} <= set(student.campus.buttons().values())
    assert student.at_watch() == 1
    [again] = student.tells(1)
    assert student.say("dip_offer") not in again
    assert student.at_watch() == 1


def test_days_that_are_all_very_low_raise_watch_too(student):
    [text] = student.days(1, 1, 1)

    assert student.say("dip_low") in text
    assert student.at_watch() == 1


def test_a_single_bad_day_is_a_bad_day(student):
    [text] = student.days(4, 4, 5, 4, 4, 4, 1)

    assert student.say("dip_offer") not in text
    assert student.at_watch() == 0


def test_the_fall_stands_in_the_verdict_of_the_message_that_told_it(student):
    student.days(4, 4, 5, 4, 4, 4, 3, 2)
    student.campus.clock.passes(days=1)
    pressed = student.asked()[1]
    told = student.campus.arrives(pressed, kind=InboundKind.CHOICE)
    student.campus.run()

    with student.campus.store.reading() as tx:
        verdict = tx.inbound.verdict(told.message_id)
    assert verdict.level is Level.WATCH
    assert verdict.evidence == ("mood fell from 4 to 2 in 3 days",)


@pytest.mark.parametrize("language", Language)
def test_the_next_answer_knows_of_it(tmp_path, language):
    model = ScriptedModel(["好。"] if language is Language.ZH else ["All right."])
    campus = FakeCampus(tmp_path, model=model)
    student = Checking(campus, language)
    student.days(4, 4, 5, 4, 4, 4, 3, 2, 2)

    campus.says({Language.ZH: "今天上了两节课", Language.EN: "I had two lectures today"}[language])

    [system] = [line.content for line in model.prompts[-1] if line.role == "system"]
    words = {"before": "4", "now": "2", "days": 3}
    assert say("mood.recent_fall", language, **words) in system
    campus.close()


# ------------------------------------------------------------ the picture and the letter


def test_the_picture_comes_as_a_picture_with_its_words(student):
    student.days(4, 3, 2)

    [caption] = student.campus.says("/mood chart")

    [png] = student.campus.telegram.pictures
    assert png.startswith(b"\x89PNG")
    assert say("mood_chart.told_no_diagnosis", student.language) in caption
    assert {"/mood chart 7 light", "/mood chart 90 light", "/mood chart 30 dark"} == set(
        student.campus.buttons().values()
    )
    student.press("/mood chart 90 dark")
    assert len(student.campus.telegram.pictures) == 2


def test_a_platform_that_takes_no_pictures_gets_the_words(student):
    student.days(4)
    student.campus.telegram.faults.append(Refused("bad_request", unreachable=False))

    [caption] = student.campus.says("/mood chart")

    assert caption.startswith(
        say(
            "mood_chart.told_once",
            student.language,
            span=30,
            when=student.say("today", time="10:00"),
            face=wording("mood.faces", student.language)[3],
        )
    )
    assert student.campus.telegram.pictures == []


def test_a_page_gets_the_words_and_fetches_the_picture(campus):
    campus.says("/mood chart", platform=Platform.WEB, sender="w1")

    with campus.store.reading() as tx:
        account = tx.students.find_account(Platform.WEB, "w1")
        line = tx.talk.lines(account.student_id, limit=5)[-1]
    assert line.kind == "picture"
    assert line.text == say("mood_chart.told_none", Language.ZH, span=30)


def test_the_letter_tells_of_the_week(student):
    assert student.campus.says("/mood letter") == [say("mood_letter.nothing", student.language)]
    student.days(2, 4)

    [text] = student.campus.says("/mood letter")

    assert text.startswith(say("mood_letter.greeting", student.language, **_span(student.language)))


def _span(language):
    if language is Language.ZH:
        return {"first": "11月18日", "last": "11月24日"}
    return {"first": "18 Nov", "last": "24 Nov"}
