"""A second reader beside the screen: it can bring the card and a person, and nothing less."""

from __future__ import annotations

import pytest

from companion.flows.ask_opinion import Heard, ask_opinion
from companion.jobs import Job
from companion.messages import InboundKind, OutboundState
from companion.risk import Kind, Level, Subject
from companion.risk.opinion import Opinion, Reason
from infra.llm import Endpoint
from infra.opinion.bounded import Bounded
from infra.opinion.llm import LlmReader
from infra.redaction import TalkMask
from tests.fakes.campus import FakeCampus
from tests.fakes.model_server import Fault, ModelServer
from tests.fakes.ports import ScriptedOpinion
from tests.fakes.scripted_model import ScriptedModel

QUIET = "作业交完了，晚上去操场走走"
CRISIS = "我不想活了，今晚就想结束这一切"
PLAN = Opinion(level=Level.HIGH, kinds=(Kind.SUICIDE,), subject=Subject.SELF, reason=Reason.GOODBYE)
CALM = Opinion(level=Level.NONE)


@pytest.fixture
def make_campus(tmp_path):
    made = []

    def make(*says, model=None, reader=None):
        opinion = reader or ScriptedOpinion(list(says) or [None])
        campus = FakeCampus(tmp_path, model=model and ScriptedModel(model), opinion=opinion)
        campus.student_id = campus.onboard()
        campus.says("今天课好多")
        campus.telegram.sent.clear()
        campus.done.clear()
        made.append(campus)
        return campus

    yield make
    for campus in made:
        campus.close()


def verdict_of(campus, message_id):
    with campus.store.reading() as tx:
        return tx.inbound.verdict(message_id)


# ------------------------------------------------------------ what it can do


def test_a_worried_second_reader_brings_the_card_and_a_page_after_the_reply(make_campus):
    campus = make_campus(CALM, PLAN)

    message = campus.arrives(QUIET)
    campus.run(only=set(Job) - {Job.ASK_OPINION})
    campus.run()

    reply, card, *_ = campus.telegram.texts
    assert "12356" not in reply
    assert "12356" in card
    assert len(campus.channels.pages) == 1
    verdict = verdict_of(campus, message.message_id)
    assert verdict.level is Level.MODERATE
    assert verdict.kinds == (Kind.SUICIDE,)
    assert verdict.evidence == ("a model's second opinion: reads a goodbye in it",)


def test_a_reply_not_yet_begun_gives_way_to_the_card(make_campus):
    campus = make_campus(CALM, PLAN)

    campus.arrives(QUIET)
    campus.run(only={Job.ASSESS, Job.ASK_OPINION, Job.DELIVER_URGENT})
    campus.run(only=set(Job) - {Job.PAGE})

    assert ["12356" in text for text in campus.telegram.texts] == [True]
    with campus.store.reading() as tx:
        assert tx.inbound.waiting(campus.student_id) == []


def test_a_reply_in_the_making_is_dropped_for_the_card(make_campus):
    campus = make_campus(CALM, PLAN, model=["听起来很平静。", "你最怕什么？", "还有呢？"])
    campus.model.before_piece = lambda number: (
        campus.run(only={Job.ASK_OPINION, Job.DELIVER_URGENT}) if number == 1 else None
    )

    sent = campus.says(QUIET)

    assert "12356" in sent[0]
    assert not any("你最怕什么" in text for text in sent)


def test_the_screen_and_the_answer_wait_for_no_opinion(make_campus):
    campus = make_campus(CALM)
    seen = []

    def meanwhile(number):
        with campus.store.reading() as tx:
            seen.append(verdict_of(campus, message.message_id))
            seen.append(tx.inbound.waiting(campus.student_id) == [])

    campus.opinion.meanwhile = meanwhile
    message = campus.arrives(QUIET)
    campus.run(only=set(Job) - {Job.ASK_OPINION})
    assert len(campus.telegram.sent) == 1
    campus.run()

    assert [seen[0].level, seen[1]] == [Level.NONE, True]


def test_no_transaction_is_open_while_the_reader_thinks(make_campus):
    campus = make_campus(CALM)
    # SQLite has one writer: this would hang, and then fail, inside an open transaction.
    campus.opinion.meanwhile = lambda _: campus.arrives("还有一句", platform_id="meanwhile")

    campus.says(QUIET)

    assert campus.opinion.asked[-1][0] == "还有一句"


def test_a_moderate_case_that_rises_is_paged_anew_while_its_question_goes_on_waiting(make_campus):
    campus = make_campus(CALM, PLAN)

    message = campus.arrives("有时候觉得死了也好")
    campus.run(only={Job.ASSESS, Job.DELIVER_URGENT, Job.RAISE, Job.PAGE, Job.DELIVER})
    assert verdict_of(campus, message.message_id).level is Level.MODERATE
    first_page = campus.channels.pages[-1]
    campus.run()

    with campus.store.reading() as tx:
        case = tx.cases.get(tx.cases.of_message(message.message_id))
    assert case.level is Level.HIGH
    assert case.is_notified
    assert campus.channels.pages[-1] != first_page
    assert len([text for text in campus.telegram.texts if "12356" in text]) == 1


def test_a_page_for_the_lower_level_does_not_settle_the_higher_one(make_campus):
    campus = make_campus(CALM, PLAN)
    channel = campus.channels.telegram
    page = channel.page

    def page_slowly(address, text):
        channel.page = page
        campus.run(only={Job.ASK_OPINION})
        page(address, text)

    channel.page = page_slowly
    campus.says("有时候觉得死了也好")

    assert len(campus.channels.pages) == 2


def test_an_opinion_on_an_older_line_adds_no_second_card_to_a_graver_one(make_campus):
    campus = make_campus(CALM, PLAN)
    campus.arrives(QUIET)
    campus.run(only={Job.ASSESS})
    campus.clock.passes(seconds=3)

    campus.arrives(CRISIS)
    campus.run(only=set(Job) - {Job.ASK_OPINION})
    before = len(campus.telegram.sent), len(campus.channels.pages)
    campus.run()

    assert (len(campus.telegram.sent), len(campus.channels.pages)) == before


def test_whoever_has_stopped_is_not_written_to_but_staff_are_told(make_campus):
    campus = make_campus(CALM, PLAN)
    campus.arrives(QUIET)
    campus.run(only={Job.ASSESS})
    campus.arrives("/stop")
    campus.run(only=set(Job) - {Job.ASK_OPINION})
    campus.telegram.sent.clear()
    campus.run(only={Job.ASK_OPINION, Job.RAISE, Job.PAGE, Job.DELIVER_URGENT})

    assert len(campus.channels.pages) == 1
    assert campus.telegram.texts == []


def test_a_raise_to_watch_is_recorded_and_says_nothing_by_itself(make_campus):
    campus = make_campus(CALM, Opinion(level=Level.WATCH, subject=Subject.SELF))

    message = campus.arrives(QUIET)
    campus.run()

    assert verdict_of(campus, message.message_id).level is Level.WATCH
    assert len(campus.telegram.sent) == 1
    assert campus.channels.pages == []


# ------------------------------------------------------------ what it cannot do


@pytest.mark.parametrize("says", [None, CALM], ids=["silent", "calm"])
@pytest.mark.parametrize("text", [QUIET, "有时候觉得死了也好"])
def test_a_silent_or_calm_reader_changes_nothing(make_campus, tmp_path, says, text):
    asked = make_campus(says)
    message = asked.arrives(text)
    asked.run()
    verdict = verdict_of(asked, message.message_id)
    alone = FakeCampus(tmp_path / "..", url=f"sqlite:///{tmp_path}/alone.db")
    alone.onboard()
    alone.says("今天课好多")
    alone.telegram.sent.clear()
    same = alone.arrives(text)
    alone.run()

    assert asked.telegram.texts == alone.telegram.texts
    assert asked.channels.pages == [] or len(asked.channels.pages) == len(alone.channels.pages)
    assert verdict == verdict_of(alone, same.message_id)
    alone.close()


@pytest.mark.parametrize(
    "fault",
    [Fault.HANG_FIRST, Fault.CRASHED, Fault.AWAY, Fault.OVERLOADED, Fault.REDIRECT],
)
def test_a_model_server_that_is_slow_or_broken_changes_nothing(make_campus, fault):
    with ModelServer() as server:
        reader = Bounded(LlmReader(Endpoint(root=server.url), masks=TalkMask), seconds=0.3)
        server.fails(fault)
        campus = make_campus(reader=reader)

        message = campus.arrives(QUIET)
        campus.run()

        assert server.calls
    assert Job.ASK_OPINION in campus.done
    assert verdict_of(campus, message.message_id).level is Level.NONE
    assert len(campus.telegram.sent) == 1
    assert campus.channels.pages == []


def test_what_is_grave_already_and_what_is_no_talk_is_not_asked_about(make_campus):
    campus = make_campus(CALM)
    before = len(campus.opinion.asked)

    campus.says(CRISIS)
    campus.says("/help")
    campus.says("/language en", kind=InboundKind.CHOICE)
    campus.says("", kind=InboundKind.STICKER)

    assert campus.opinion.asked[before:] == []


def test_a_campus_without_a_second_reader_sends_no_job_for_it(campus):
    campus.onboard()
    campus.says(QUIET)

    assert Job.ASK_OPINION not in campus.done


def test_the_reader_sees_the_talk_before_the_line_and_nothing_after_it(make_campus):
    campus = make_campus(CALM)
    first = campus.arrives("室友搬走了")
    campus.run(only={Job.ASSESS})
    campus.arrives("屋里好安静")
    campus.run(only={Job.ASSESS})
    campus.opinion.asked.clear()

    ask_opinion(first.message_id, services=campus.services)

    text, history = campus.opinion.asked[0]
    assert text == "室友搬走了"
    assert history[0].text == "今天课好多"
    assert "屋里好安静" not in [turn.text for turn in history]


def test_asking_twice_raises_once(make_campus):
    campus = make_campus(CALM, PLAN)
    message = campus.arrives(QUIET)
    campus.run(only={Job.ASSESS})

    heard = [ask_opinion(message.message_id, services=campus.services) for _ in range(2)]
    campus.run()

    assert heard == [Heard.RAISED, Heard.UNCHANGED]
    assert len([text for text in campus.telegram.texts if "12356" in text]) == 1
    assert len(campus.channels.pages) == 1


def test_a_lost_question_is_not_asked_again(make_campus):
    campus = make_campus(CALM, PLAN)
    campus.arrives(QUIET)
    campus.run(only={Job.ASSESS, Job.REPLY, Job.DELIVER})
    campus.jobs.sent.clear()
    campus.clock.passes(minutes=5)
    campus.jobs.send(Job.SWEEP)
    campus.run()

    assert Job.ASK_OPINION not in campus.done
    with campus.store.reading() as tx:
        assert [line.state for line in tx.talk.lines(campus.student_id)][-1] == OutboundState.SENT
