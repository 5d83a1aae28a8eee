"""One night of three counsellors on the Bot API server: from the page in the group to the end."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.staff.bot import StaffBot
from bot.staff.chat import staff_client
from bot.staff.handled import Handled
from bot.staff.webhook import PATH, StaffWebhook, secret_of
from companion.language import Language
from companion.messages import InboundKind
from companion.staff.cases import CaseState, FalseAlarm, Outcome
from companion.staff.people import ChannelKind
from infra.pagers import StaffChannels
from infra.pagers.telegram import TelegramChannel
from infra.senders.limits import Rates, SendLimiter
from infra.senders.loop import LoopThread
from infra.senders.telegram import TelegramSender
from tests.conversations.staffed import CRISIS, audited, case_of, employ, reload
from tests.fakes.botapi import FakeBotApi
from tests.fakes.telegram_edge import serving

TOKEN = "77:STAFF"
GROUP = -100_200
LI, WANG, ZHAO = 501, 502, 503
NAMES = {
    Language.ZH: {LI: "李老师", WANG: "王老师", ZHAO: "赵老师"},
    Language.EN: {LI: "Li Wen", WANG: "Wang Min", ZHAO: "Zhao"},
}
STUDENT_SAYS = {
    Language.ZH: ["我在宿舍", "室友都不在"],
    Language.EN: ["I am in my room", "nobody else is here"],
}
#: What stands on the buttons and what is answered, as a counsellor reads it.
WORDS = {
    Language.ZH: {
        "mine": "我来接",
        "called": "已联系上",
        "relay": "接通对话",
        "note": "写记录",
        "hand": "转交",
        "close": "结案",
        "false": "误报",
        "sign": "签字锁定",
        "send": "发给学生",
        "outcome": "约好了面谈",
        "why": "口头禅",
        "yours": "编号 {case} 由你接手。",
        "others": "编号 {case} 已由{name}接手。",
        "closed": "编号 {case} 已经结案。",
        "not_yours": "编号 {case} 不在你手上，或已结案。",
        "header": "值班老师 {name}（真人）：\n{text}",
        "picture": "［发了一张图片，没有转过来］",
        "only_text": "只能发文字，刚才这条没有发给学生。",
        "given": "编号 {case} 转到你手上了",
    },
    Language.EN: {
        "mine": "I'll take it",
        "called": "Called",
        "relay": "Relay",
        "note": "Note",
        "hand": "Hand on",
        "close": "Close",
        "false": "False alarm",
        "sign": "Sign and lock",
        "send": "Send to the student",
        "outcome": "Appointment made",
        "why": "A figure of speech",
        "yours": "Case {case} is yours.",
        "others": "{name} already has case {case}.",
        "closed": "Case {case} is closed.",
        "not_yours": "Case {case} is not in your hands, or is closed.",
        "header": "{name}, counsellor (a person):\n{text}",
        "picture": "[sent a picture, not passed on]",
        "only_text": "Only text can be passed on; nothing was sent to the student.",
        "given": "Case {case} is in your hands now",
    },
}


class Night:
    """A campus, its staff bot behind a webhook, pages into real chats, and three on their phones."""

    def __init__(self, campus, api, url, language):
        self.campus, self.language = campus, language
        self.bot = api.bot(TOKEN)
        self.group = self.bot.group(GROUP)
        self.li, self.wang, self.zhao = (self._employ(chat) for chat in (LI, WANG, ZHAO))
        self.stranger = self.bot.user(999)
        hook = {"url": url + PATH, "secret_token": secret_of(TOKEN)}
        httpx.post(f"{api.url}/bot{TOKEN}/setWebhook", json=hook).raise_for_status()

    def _employ(self, chat):
        name = NAMES[self.language][chat]
        employ(self.campus, f"s{chat}", name=name, language=self.language, chat=str(chat))
        return self.bot.user(chat)

    def student_in_crisis(self, sender="u1"):
        """Somebody says something alarming; the workers do the rest. Returns the case."""
        self.campus.onboard(sender=sender)
        if self.language is Language.EN:
            self.campus.says("/language en", sender=sender)
        self.campus.says(CRISIS[self.language], sender=sender)
        return case_of(self.campus, sender=sender)

    def words(self, key, case=None, **fields):
        return WORDS[self.language][key].format(case=case.number if case else "", **fields)

    def name(self, person):
        return NAMES[self.language][person.id]

    def done(self, act):
        """Let somebody do something; wait until it was handled, then let the workers work."""
        delivered = len(self.bot.deliveries)
        act()
        self.bot.wait_for(lambda: len(self.bot.deliveries) > delivered)
        self.campus.run()

    def says(self, person, text, **more):
        """Let somebody write to the bot; returns what it answered."""
        before = len(self.bot.sent_to(person.id))
        self.done(lambda: person.says(text, **more))
        return self.bot.texts_to(person.id)[before:]

    def presses(self, person, button, message=None):
        """Let somebody press a button of the newest message; returns what was said over it."""
        before = len(self.toasts)
        self.done(lambda: person.presses(message or self.newest(person), button))
        return self.toasts[before:]

    def newest(self, person):
        return dict(self.bot.sent_to(person.id)[-1])  # as it looks on the phone right now

    @property
    def toasts(self):
        return [one.params.get("text", "") for one in self.bot.calls_of("answerCallbackQuery")]

    def to_student(self):
        return self.campus.telegram.texts[-1]


@pytest.fixture(params=list(Language), ids=str)
def night(campus, request):
    language = request.param
    loop = LoopThread()
    with FakeBotApi() as api:
        client, lines = staff_client(TOKEN, api_url=api.url)
        fast = SendLimiter(redis_url=None, secret=TOKEN, rates=Rates(total=1000, chat=1000))
        pages = TelegramChannel(TelegramSender(TOKEN, api_url=api.url, limiter=fast, loop=loop))
        campus.campus = replace(campus.campus, language=language)
        campus.services = replace(
            campus.services,
            campus=campus.campus,
            channels=StaffChannels(
                {ChannelKind.TELEGRAM: pages},
                campus_wide=((ChannelKind.TELEGRAM, str(GROUP)),),
            ),
        )
        bot = StaffBot(client, campus.services, group=str(GROUP), handled=Handled())

        async def hang_up(_):
            """Close the lines where they were opened: on the server's loop."""
            for line in lines:
                await line.shutdown()
            return Response()

        webhook = StaffWebhook(bot, secret=secret_of(TOKEN))
        routes = [
            Route(PATH, webhook.post, methods=["POST"]),
            Route("/hang-up", hang_up, methods=["POST"]),
        ]
        with serving(Starlette(routes=routes)) as url:
            yield Night(campus, api, url, language)
            httpx.post(url + "/hang-up")
        pages.close()
    loop.close()


def test_a_night_from_the_page_to_the_appointment(night):
    night.done(lambda: night.group.hears(night.li, "/on"))
    night.done(lambda: night.group.hears(night.wang, "/who"))
    assert night.name(night.li) in night.bot.texts_to(GROUP)[-1]

    case = night.student_in_crisis()
    page = night.newest(night.group)
    assert str(case.number) in page["text"]
    me, other = two_press_claim_at_once(night, case, page)
    card = night.newest(me)
    calls_and_signs_a_note(night, me, case, card)
    talks_with_the_student(night, me, card)
    sends_a_saved_reply(night, me)
    hands_on_to_the_third(night, me, case, card)
    the_third_closes(night, case)

    assert night.presses(other, f"claim:{case.number}", page) == [night.words("closed", case)]
    assert night.presses(me, night.words("called"), card) == [night.words("not_yours", case)]
    night.done(lambda: night.group.hears(night.li, "/off"))
    night.done(lambda: night.group.hears(night.wang, "/who"))
    assert night.name(night.li) not in night.bot.texts_to(GROUP)[-1]
    assert {"case.claim", "case.contact", "note.sign", "relay.open", "case.hand_on"} <= set(
        audited(night.campus, case)
    )
    assert {one.status for one in night.bot.deliveries} == {HTTPStatus.OK}
    public = "".join(night.bot.texts_to(GROUP))
    private = (*STUDENT_SAYS[night.language], CRISIS[night.language])
    assert [line for line in private if line in public] == []


def two_press_claim_at_once(night, case, page):
    """One has it and the other is told who; returns them in this order."""
    mine = night.words("mine")
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda person: person.presses(page, mine), (night.li, night.wang)))
    night.bot.wait_for(lambda: len(night.toasts) == 2)
    night.campus.run()

    with night.campus.store.reading() as tx:
        taker = tx.members.get(tx.cases.get(case.id).owner_id).name
    assert sorted(night.toasts) == sorted(
        [night.words("yours", case), night.words("others", case, name=taker)]
    )
    [marked] = [one for one in night.bot.sent_to(GROUP) if one["message_id"] == page["message_id"]]
    assert taker in marked["text"].splitlines()[-1]
    assert "reply_markup" not in marked
    is_li = taker == night.name(night.li)
    return (night.li, night.wang) if is_li else (night.wang, night.li)


def calls_and_signs_a_note(night, me, case, card):
    night.presses(me, night.words("called"), card)
    assert reload(night.campus, case).state is CaseState.IN_CONTACT

    night.presses(me, night.words("note"), card)
    night.says(me, "20 min", reply_to_message=night.newest(me))
    night.presses(me, night.words("sign"))

    with night.campus.store.reading() as tx:
        [note] = tx.cases.notes(case.id)
    assert (note.actions, note.signed_at is not None) == ("20 min", True)


def talks_with_the_student(night, me, card):
    """Both ways; each message of the counsellor carries its own mark, and pictures stay behind."""
    night.presses(me, night.words("relay"), card)
    sent = [me.says(f"…{number}") for number in range(3)]
    night.bot.wait_for(lambda: len(night.campus.jobs.sent) >= len(sent))
    night.bot.wait_for(lambda: (night.campus.run(), (me.id, sent[-1]) in night.bot.reactions)[1])
    assert [night.bot.reactions[me.id, one] for one in sent] == ["👌"] * 3
    assert night.to_student() == night.words("header", name=night.name(me), text="…2")

    lines = STUDENT_SAYS[night.language]
    for line in lines:
        night.campus.says(line)
    night.campus.says(kind=InboundKind.PHOTO)
    heard = night.bot.texts_to(me.id)[-3:]
    for text, line in zip(heard, (*lines, night.words("picture")), strict=True):
        assert text.endswith(line)

    before = len(night.campus.telegram.texts)
    night.done(me.sends_photo)
    assert night.bot.texts_to(me.id)[-1] == night.words("only_text")
    assert len(night.campus.telegram.texts) == before


def sends_a_saved_reply(night, me):
    """It is read over first, and carries a mark as well."""
    now = night.campus.clock.now()
    with night.campus.store.transaction() as tx:
        tx.saved_replies.add("……", language=night.language, staff_id=None, now=now)
    night.says(me, "/replies")
    night.presses(me, "……")
    shown = night.newest(me)

    night.presses(me, night.words("send"))
    night.presses(me, night.words("send"), shown)  # a thumb that trembled

    header = night.words("header", name=night.name(me), text="……")
    assert night.campus.telegram.texts.count(header) == 1
    assert night.bot.reactions[me.id, shown["message_id"]] == "👌"


def hands_on_to_the_third(night, me, case, card):
    night.presses(me, night.words("hand"), card)
    night.presses(me, night.name(night.zhao))
    night.says(me, "…", reply_to_message=night.newest(me))

    with night.campus.store.reading() as tx:
        assert tx.members.get(tx.cases.get(case.id).owner_id).name == night.name(night.zhao)
    assert night.words("given", case) in night.bot.texts_to(night.zhao.id)[-1]
    before = len(night.campus.telegram.texts)
    assert night.says(me, "…") != []  # the talk is no longer theirs, and they are told
    assert len(night.campus.telegram.texts) == before


def the_third_closes(night, case):
    night.says(night.zhao, "/cases")
    night.presses(night.zhao, f"case:{case.number}")
    night.presses(night.zhao, night.words("close"))
    night.presses(night.zhao, night.words("outcome"))

    assert reload(night.campus, case).outcome is Outcome.APPOINTMENT


def test_a_false_alarm_is_closed_with_why(night):
    case = night.student_in_crisis()
    night.presses(night.wang, night.words("mine"), night.newest(night.group))
    card = night.newest(night.wang)

    night.presses(night.wang, night.words("false"), card)
    night.presses(night.wang, night.words("why"))

    assert reload(night.campus, case).outcome is Outcome.FALSE_ALARM
    with night.campus.store.reading() as tx:
        assert {one.false_alarm for one in tx.cases.triggers(case.id)} == {FalseAlarm.IDIOM}
    for button in ("called", "relay", "note", "hand", "close", "false"):
        answered = night.presses(night.wang, night.words(button), card)
        assert reload(night.campus, case).state is CaseState.CLOSED, button
        assert answered, button


def test_whoever_is_not_staff_gets_nothing_even_from_the_pages_own_button(night):
    case = night.student_in_crisis()
    calls = len(night.bot.calls)

    night.done(lambda: night.stranger.presses(night.newest(night.group), night.words("mine")))
    night.done(lambda: night.stranger.says("/cases"))
    night.done(lambda: night.stranger.says("/link 00000000"))

    assert len(night.bot.calls) == calls
    assert reload(night.campus, case).owner_id is None


def test_no_button_of_the_night_is_longer_than_telegram_takes(night):
    case = night.student_in_crisis()
    night.presses(night.li, night.words("mine"), night.newest(night.group))
    card = night.newest(night.li)
    for button in ("note", "hand", "close", "false", "relay"):
        night.presses(night.li, night.words(button), card)

    data = re.findall(r"'callback_data': '([^']+)'", str([one.params for one in night.bot.calls]))
    assert f"claim:{case.number}" in data
    assert max(len(one.encode()) for one in data) <= 64
