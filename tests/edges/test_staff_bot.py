"""The staff bot against a Bot API server: a group of three, private chats, strangers, repeats."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.staff.bot import StaffBot
from bot.staff.chat import staff_client
from bot.staff.edge import StaffEdge
from bot.staff.handled import Handled
from bot.staff.webhook import HEADER, PATH, StaffWebhook, secret_of
from companion.campus import DutyLine
from companion.errors import StoreUnavailable
from companion.language import Language
from companion.staff.cases import CaseState, FalseAlarm, Outcome
from companion.staff.link_code import code_hash
from companion.staff.people import Role
from companion.store.relays import Through
from infra.queue import make_celery
from infra.services import Parts
from infra.settings import Settings
from tests.conversations.staffed import audited, employ, reload, worry
from tests.fakes.botapi import FakeBotApi
from tests.fakes.telegram_edge import serving

TOKEN = "77:STAFF"
NOWHERE = "redis://127.0.0.1:1/0"
GROUP = -100_200
LI, WANG, ZHAO = 501, 502, 503


class Desk:
    """A campus with a student at risk, the staff bot behind its webhook, and three staff."""

    def __init__(self, campus, api, url, *, store, handled, staff_bot):
        self.campus, self.api, self.url, self.store = campus, api, url, store
        self._handled, self._staff_bot = handled, staff_bot
        self.bot = api.bot(TOKEN)
        self.group = self.bot.group(GROUP)
        self.li = self._employ(LI, "li", "李老师", Language.ZH)
        self.wang = self._employ(WANG, "wang", "王老师", Language.ZH)
        self.zhao = self._employ(ZHAO, "zhao", "Zhao", Language.EN, role=Role.SUPERVISOR)
        self.stranger = self.bot.user(999)
        httpx.post(
            f"{api.url}/bot{TOKEN}/setWebhook",
            json={"url": url + PATH, "secret_token": secret_of(TOKEN)},
        ).raise_for_status()

    def _employ(self, chat, login, name, language, **how):
        staff = employ(self.campus, login, name=name, language=language, chat=str(chat), **how)
        person = self.bot.user(chat)
        person.staff = staff
        return person

    def case_in_group(self, text="我不想活了，今晚就想结束这一切"):
        """A student says something alarming; the page stands in the group."""
        self.campus.onboard()
        self.case = worry(self.campus, text)
        return self.page()

    def page(self):
        """Put the page of the case into the group as the pager would; returns the message."""
        keyboard = {"inline_keyboard": [[self._key("我来接", f"claim:{self.case.number}")]]}
        return self._send(GROUP, f"【暖语】需要有人看一下\n编号：{self.case.number}", keyboard)

    def _key(self, label, data):
        return {"text": label, "callback_data": data}

    def _send(self, chat, text, keyboard=None):
        body = {"chat_id": chat, "text": text, "reply_markup": keyboard}
        answer = httpx.post(f"{self.api.url}/bot{TOKEN}/sendMessage", json=body)
        return answer.raise_for_status().json()["result"]

    def forget(self):
        """Let the process forget which updates it has handled, and who is staff."""
        self._handled._own.clear()
        self._staff_bot._known.clear()

    def settled(self, count):
        """Wait until so many updates were delivered."""
        self.bot.wait_for(lambda: len(self.bot.deliveries) >= count)

    def answers(self, person, act):
        """Let somebody do something and return what the bot wrote to them for it."""
        before, delivered = len(self.bot.sent_to(person.id)), len(self.bot.deliveries)
        act()
        self.settled(delivered + 1)
        return self.bot.texts_to(person.id)[before:]

    def says(self, person, text, **more):
        return self.answers(person, lambda: person.says(text, **more))

    def presses(self, person, message, button):
        """Press a button; returns what was said over it."""
        calls, delivered = len(self.toasts), len(self.bot.deliveries)
        person.presses(message, button)
        self.settled(delivered + 1)
        return self.toasts[calls:]

    def last(self, person):
        return self.bot.sent_to(person.id)[-1]

    @property
    def toasts(self):
        return [call.params.get("text", "") for call in self.bot.calls_of("answerCallbackQuery")]

    def quotes(self, person, message, text):
        """Answer a message of the bot by quoting it."""
        return self.says(person, text, reply_to_message=message)


class Lid:
    """The campus's store, which can be away."""

    def __init__(self, store):
        self._store = store
        self.is_away = False

    def __getattr__(self, name):
        if self.is_away and name in {"reading", "transaction"}:
            raise StoreUnavailable
        return getattr(self._store, name)


@pytest.fixture
def desk(campus):
    store = Lid(campus.store)
    line = DutyLine(
        name={Language.ZH: "心理中心", Language.EN: "Counselling centre"}, phone="010-0000 0000"
    )
    services = replace(campus.services, store=store, campus=replace(campus.campus, duty_line=line))
    with FakeBotApi() as api:
        client, lines = staff_client(TOKEN, api_url=api.url)

        async def hang_up(_):
            """Close the lines where they were opened: on the server's loop."""
            for line in lines:
                await line.shutdown()
            return Response()

        handled = Handled()
        bot = StaffBot(client, services, group=str(GROUP), handled=handled)
        webhook = StaffWebhook(bot, secret=secret_of(TOKEN))
        app = Starlette(
            routes=[
                Route(PATH, webhook.post, methods=["POST"]),
                Route("/hang-up", hang_up, methods=["POST"]),
            ]
        )
        with serving(app) as url:
            yield Desk(campus, api, url, store=store, handled=handled, staff_bot=bot)
            httpx.post(url + "/hang-up")


# ------------------------------------------------------------ the group


def test_two_press_claim_at_once_and_the_page_says_whose_it_is(desk):
    page = desk.case_in_group()

    desk.li.presses(page, "我来接")
    desk.wang.presses(page, "我来接")
    desk.settled(2)

    owner = reload(desk.campus, desk.case).owner_id
    names = {desk.li.staff.id: "李老师", desk.wang.staff.id: "王老师"}
    assert sorted(desk.toasts) == sorted(
        [
            f"编号 {desk.case.number} 由你接手。",
            f"编号 {desk.case.number} 已由{names[owner]}接手。",
        ]
    )
    [message] = desk.bot.sent_to(GROUP)
    assert message["text"].endswith(f"—— {names[owner]}已接手")
    assert "reply_markup" not in message
    assert audited(desk.campus, desk.case) == ["case.claim"]


def test_who_claims_gets_the_card_in_private_without_a_word_of_the_student(desk):
    page = desk.case_in_group()

    desk.presses(desk.zhao, page, "我来接")

    [card] = desk.bot.sent_to(ZHAO)
    assert f"Case {desk.case.number}" in card["text"]
    assert "Taken by Zhao" in card["text"]
    assert [key["text"] for row in card["reply_markup"]["inline_keyboard"] for key in row] == [
        "Called",
        "Relay",
        "Note",
        "Hand on",
        "Close",
        "False alarm",
    ]
    everything = "".join(str(call.params) for call in desk.bot.calls)
    assert "不想活" not in everything


def test_in_the_group_nothing_private_is_done(desk):
    page = desk.case_in_group()
    desk.presses(desk.li, page, "我来接")
    before = len(desk.bot.sent_to(GROUP))

    desk.group.hears(desk.li, "大家好")
    desk.group.hears(desk.li, f"/relay {desk.case.number}")
    desk.group.hears(desk.li, f"/note@nuanyu_bot {desk.case.number}")
    desk.settled(4)

    assert desk.bot.texts_to(GROUP)[before:] == ["这个请在和我的私聊里做。"] * 2


def test_duty_is_said_and_asked_in_the_group(desk):
    desk.group.hears(desk.li, "/on")
    desk.group.hears(desk.wang, "/who")
    desk.group.hears(desk.li, "/off")
    desk.group.hears(desk.wang, "/who")
    desk.settled(4)

    said = desk.bot.texts_to(GROUP)
    assert said[0] == "李老师开始值班。"
    assert said[1].startswith("值班：李老师\n备班：无人")
    assert said[2].startswith("李老师结束值班。")
    assert said[3].startswith("值班：无人")


# ------------------------------------------------------------ strangers, repeats, secrets


def test_strangers_get_nothing_at_all(desk):
    page = desk.case_in_group()
    calls = len(desk.bot.calls)

    desk.stranger.says("/start")
    desk.stranger.says("你好")
    desk.stranger.says("/link WRONGONE")
    desk.stranger.presses(page, "我来接")
    desk.group.hears(desk.stranger, "/who")
    other = desk.bot.group(-100_999)
    other.hears(desk.li, "/who")
    desk.settled(6)

    assert desk.bot.calls[calls:] == []
    assert reload(desk.campus, desk.case).owner_id is None
    assert {one.status for one in desk.bot.deliveries} == {HTTPStatus.OK}


@pytest.mark.parametrize("secret", [None, "", "wrong", secret_of("77:OTHER")])
def test_without_the_secret_nothing_is_read(desk, secret):
    headers = {} if secret is None else {HEADER: secret}
    update = {"update_id": 1, "message": {"text": "/who"}}

    answer = httpx.post(desk.url + PATH, json=update, headers=headers)

    assert answer.status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"update_id": "x"}', b"\xff"])
def test_what_is_no_update_is_a_400(desk, body):
    answer = httpx.post(desk.url + PATH, content=body, headers={HEADER: secret_of(TOKEN)})

    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_too_large_a_body_is_a_413(desk):
    answer = httpx.post(
        desk.url + PATH, content=b"x" * 1_000_001, headers={HEADER: secret_of(TOKEN)}
    )

    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_a_repeated_update_is_handled_once(desk):
    desk.says(desk.li, "/help")
    update_id = desk.bot.deliveries[-1].update_id

    desk.bot.delivers_again(update_id, times=3)
    desk.settled(4)

    assert len(desk.bot.sent_to(LI)) == 1


def test_a_line_to_the_student_goes_once_even_when_nobody_remembers_the_update(desk):
    relay(desk)
    event = {"update_id": 9_000, "message": typed(desk.li, "我在")}
    headers = {HEADER: secret_of(TOKEN)}

    for _ in range(2):
        desk.forget()
        httpx.post(desk.url + PATH, json=event, headers=headers).raise_for_status()
    desk.campus.run()

    assert [text for text in desk.campus.telegram.texts if text.endswith("我在")] == [
        "值班老师 李老师（真人）：\n我在"
    ]


# ------------------------------------------------------------ binding an account


def a_code(desk, *, minutes=15, login="new"):
    with desk.campus.store.transaction() as tx:
        staff = tx.members.add(
            login=login,
            name="新老师",
            role=Role.COUNSELLOR,
            language=Language.ZH,
            now=desk.campus.clock.now(),
        )
        tx.members.add_code(
            code_hash("K7MQ2RWX"),
            staff.id,
            expires_at=desk.campus.clock.now() + timedelta(minutes=minutes),
        )
    return staff


@pytest.mark.parametrize("typed_code", ["K7MQ2RWX", "k7mq-2rwx", "K7MQ 2RWX"])
def test_a_code_binds_a_chat_once(desk, typed_code):
    a_code(desk)
    other = desk.bot.user(998)

    assert desk.says(desk.stranger, f"/link {typed_code}")[0].startswith("绑定好了，新老师。")
    assert desk.says(other, f"/link {typed_code}") == []
    assert desk.says(desk.stranger, "/cases") == ["你手上没有个案。"]
    assert desk.says(desk.stranger, "/link K7MQ2RWX") == [
        "绑定码不对，或者过期了。请在值班台里再要一个。"
    ]


def test_an_expired_code_binds_nobody(desk):
    a_code(desk, minutes=-1)

    assert desk.says(desk.stranger, "/link K7MQ2RWX") == []


def test_a_chat_that_is_somebody_elses_stays_so(desk):
    a_code(desk)

    assert desk.says(desk.li, "/link K7MQ2RWX") == ["这个 Telegram 账号已经绑在别人名下。"]


def test_who_takes_no_cases_is_told_so(desk):
    admin = desk._employ(504, "it", "管理员", Language.ZH, role=Role.ADMIN)

    assert desk.says(admin, "/cases") == ["你的账号不能接个案。"]
    assert desk.says(admin, "你好") == ["你的账号不能接个案。"]


# ------------------------------------------------------------ working on a case in private


def claimed(desk, person=None):
    page = desk.case_in_group()
    desk.presses(person or desk.li, page, "我来接")
    return desk.last(person or desk.li)


def test_called_close_and_my_cases(desk):
    card = claimed(desk)

    assert desk.presses(desk.li, card, "已联系上") == [
        f"记下了：编号 {desk.case.number} 已联系上学生。"
    ]
    assert reload(desk.campus, desk.case).state is CaseState.IN_CONTACT
    assert desk.says(desk.li, "/cases") == ["你手上有 1 个个案："]
    desk.presses(desk.li, desk.last(desk.li), f"编号 {desk.case.number}")
    desk.presses(desk.li, desk.last(desk.li), "结案")
    desk.presses(desk.li, desk.last(desk.li), "约好了面谈")

    assert reload(desk.campus, desk.case).outcome is Outcome.APPOINTMENT
    assert desk.last(desk.li)["text"] == f"编号 {desk.case.number} 已结案：约好了面谈。"
    assert desk.says(desk.li, "/cases") == ["你手上没有个案。"]


def test_a_false_alarm_is_closed_with_its_reason(desk):
    card = claimed(desk)

    desk.presses(desk.li, card, "误报")
    desk.presses(desk.li, desk.last(desk.li), "作品、作业、歌词")

    assert reload(desk.campus, desk.case).outcome is Outcome.FALSE_ALARM
    with desk.campus.store.reading() as tx:
        assert {one.false_alarm for one in tx.cases.triggers(desk.case.id)} == {FalseAlarm.FICTION}


def test_handing_on_asks_to_whom_and_why(desk):
    card = claimed(desk)

    desk.presses(desk.li, card, "转交")
    desk.presses(desk.li, desk.last(desk.li), "王老师")
    question = desk.last(desk.li)
    assert question["text"].startswith(f"编号 {desk.case.number} 要转给王老师。请回复这一条")
    assert desk.quotes(desk.li, question, "我要下班了") == [
        f"编号 {desk.case.number} 已转给王老师。"
    ]

    assert reload(desk.campus, desk.case).owner_id == desk.wang.staff.id
    with desk.campus.store.reading() as tx:
        assert tx.audit.of_case(desk.case.id)[-1].reason == "我要下班了"


def test_a_note_is_written_by_quoting_the_question_and_signed_by_a_button(desk):
    card = claimed(desk)

    desk.presses(desk.li, card, "写记录")
    written = "电话谈了二十分钟\n风险：有念头，没有计划\n告诉了谁: 辅导员"
    desk.quotes(desk.li, desk.last(desk.li), written)
    with desk.campus.store.reading() as tx:
        [note] = tx.cases.notes(desk.case.id)
    assert (note.risk, note.protective, note.actions, note.told) == (
        "有念头，没有计划",
        "",
        "电话谈了二十分钟",
        "辅导员",
    )
    assert desk.presses(desk.li, desk.last(desk.li), "签字锁定") == ["已签字，已锁定。"]


def test_a_tag_that_somebody_typed_themselves_is_no_question_of_the_bot(desk):
    claimed(desk)
    forged = {
        "message_id": 1,
        "date": 1,
        "chat": desk.li.chat,
        "from": desk.li.as_json,
        "text": f"⟨note {desk.case.number}⟩",
    }

    desk.quotes(desk.li, forged, "假的记录")

    with desk.campus.store.reading() as tx:
        assert tx.cases.notes(desk.case.id) == []


def test_somebody_elses_case_is_not_touched(desk):
    claimed(desk)

    assert desk.says(desk.wang, f"/called {desk.case.number}") == [
        f"编号 {desk.case.number} 不在你手上，或已结案。"
    ]
    assert desk.says(desk.wang, "/called 99999999") == ["请在指令后面写编号，例如 /called 1007。"]
    assert desk.says(desk.wang, "/nonsense") == ["没认出这个指令。发 /help 看能做什么。"]


# ------------------------------------------------------------ the relay in a private chat


def relay(desk):
    card = claimed(desk)
    desk.presses(desk.li, card, "接通对话")
    desk.campus.run()


def to_student(desk):
    desk.campus.run()
    return desk.campus.telegram.texts[-1]


def typed(person, text):
    return {
        "message_id": 77,
        "date": 1,
        "chat": person.chat,
        "from": person.as_json,
        "text": text,
    }


def test_plain_text_goes_to_the_student_and_back_hands_back(desk):
    relay(desk)
    assert "值班老师 李老师（真人）现在在这里了" in to_student(desk)

    assert desk.says(desk.li, "我在，慢慢说。") == []
    assert to_student(desk) == "值班老师 李老师（真人）：\n我在，慢慢说。"
    assert desk.says(desk.li, "/back") == [f"编号 {desk.case.number} 的对话已交还，正在告诉学生。"]
    assert "把对话交还了" in to_student(desk)
    assert desk.says(desk.li, "还在吗") == [
        "现在没有接通的对话，刚才这条没有发出去。先用 /relay 编号 接通。"
    ]


def test_lines_keep_their_order(desk):
    relay(desk)
    delivered = len(desk.bot.deliveries)

    for number in range(5):
        desk.li.says(f"第{number}句")
    desk.settled(delivered + 5)
    desk.campus.run()

    assert [text[-1] for text in desk.campus.telegram.texts[-5:]] == list("句" * 5)
    assert [text[-2] for text in desk.campus.telegram.texts[-5:]] == list("01234")


def test_quoting_a_line_quotes_it_to_the_student(desk):
    relay(desk)
    line = desk._send(LI, f"编号 {desk.case.number}：学生\n我在宿舍，室友不在")

    desk.quotes(desk.li, line, "先到楼下坐一会儿，好吗？")

    assert to_student(desk) == (
        "值班老师 李老师（真人）：\n「我在宿舍，室友不在」\n先到楼下坐一会儿，好吗？"
    )


def test_what_is_not_text_and_what_was_changed_is_not_passed_on(desk):
    relay(desk)
    before = to_student(desk)

    photo = desk.answers(desk.li, desk.li.sends_photo)
    edit = desk.answers(desk.li, lambda: desk.li.edits(1, "改过"))
    long = desk.says(desk.li, "字" * 3600)

    assert photo == ["只能发文字，刚才这条没有发给学生。"]
    assert edit == ["改动不会送到学生那里。要更正，请再写一条。"]
    assert long == ["太长了，没有发出去：一次最多 3500 个字。"]
    assert to_student(desk) == before


def test_a_relay_that_is_open_at_the_desk_takes_nothing_from_the_chat(desk):
    relay(desk)
    with desk.campus.store.transaction() as tx:
        [held] = tx.relays.of_staff(desk.li.staff.id)
        tx.relays.move(held.id, Through.DESK)

    assert desk.says(desk.li, "在吗") == [
        "对话开在值班台那边，刚才这条没有发出去。要改到这里写，点下面。"
    ]
    desk.presses(desk.li, desk.last(desk.li), "接通对话")
    desk.says(desk.li, "在吗")

    assert to_student(desk).endswith("在吗")


def test_a_saved_reply_is_read_over_before_it_goes(desk):
    with desk.campus.store.transaction() as tx:
        tx.saved_replies.add(
            "我在听，你慢慢说，不着急。",
            language=Language.ZH,
            staff_id=None,
            now=desk.campus.clock.now(),
        )
    relay(desk)
    before = to_student(desk)

    desk.says(desk.li, "/replies")
    desk.presses(desk.li, desk.last(desk.li), "我在听，你慢慢说，不着急。")
    assert to_student(desk) == before
    assert desk.presses(desk.li, desk.last(desk.li), "发给学生") == ["在发了。"]

    assert to_student(desk).endswith("我在听，你慢慢说，不着急。")


# ------------------------------------------------------------ the database is away


def test_without_the_database_the_claim_button_says_whom_to_call(desk):
    page = desk.case_in_group()
    desk.store.is_away = True

    [toast] = desk.presses(desk.li, page, "我来接")

    assert "数据库暂时用不了" in toast
    assert "请按值班电话表打电话联系" in toast
    assert "心理中心 010-0000 0000" in toast.replace("：", " ")
    desk.store.is_away = False
    assert reload(desk.campus, desk.case).owner_id is None


def test_without_the_database_staff_hear_that_nothing_was_sent(desk):
    relay(desk)
    before = to_student(desk)
    desk.store.is_away = True

    [told] = desk.says(desk.li, "我在")

    assert "写的也送不出去" in told
    desk.store.is_away = False
    assert to_student(desk) == before


def test_without_the_database_what_cannot_be_told_from_a_strangers_waits(desk):
    relay(desk)
    desk.forget()
    desk.store.is_away = True
    desk.li.says("我在")
    desk.bot.wait_for(
        lambda: HTTPStatus.SERVICE_UNAVAILABLE in {one.status for one in desk.bot.deliveries}
    )

    desk.store.is_away = False
    desk.bot.wait_for(lambda: desk.bot.deliveries[-1].status == HTTPStatus.OK)

    assert to_student(desk).endswith("我在")


def test_the_card_of_a_case_says_that_the_student_objects(desk):
    page = desk.case_in_group("我有时候会想死")
    with desk.campus.store.transaction() as tx:
        assert tx.cases.object(desk.case.id)

    desk.presses(desk.li, page, f"claim:{desk.case.number}")
    desk.bot.wait_for(lambda: desk.bot.texts_to(LI))

    assert "学生不同意共享非紧急情况" in desk.bot.texts_to(LI)[-1]


# ------------------------------------------------------------ in a process


@pytest.fixture
def edge_of(campus, tmp_path):
    """Return the staff bot as a process has it, over the given Bot API server."""

    def make(api, **more):
        settings = Settings(
            data_dir=tmp_path,
            _env_file=None,
            staff_telegram_token=TOKEN,
            staff_telegram_chat=str(GROUP),
            telegram_api_url=api.url,
            **more,
        )
        parts = Parts(
            settings=settings,
            campus=campus.campus,
            store=campus.store,
            celery=make_celery(NOWHERE),
            redis_url=NOWHERE,
            services=campus.services,
        )
        return StaffEdge(parts)

    return make


def test_the_webhook_is_set_with_a_secret_and_a_menu_in_each_language(edge_of):
    with FakeBotApi() as api:
        bot = api.bot(TOKEN)
        edge = edge_of(api, public_url="https://care.example.edu/")

        asyncio.run(_then_close(edge, edge.register()))

        [call] = bot.calls_of("setWebhook")
        assert call.params["url"] == "https://care.example.edu/telegram/staff"
        assert call.params["secret_token"] == secret_of(TOKEN)
        assert int(call.params["max_connections"]) == 1
        assert {code for _, code in bot.commands} == {None, "zh", "en"}


def test_without_an_address_updates_are_fetched_and_each_handled_once(edge_of, campus):
    li = employ(campus, chat=str(LI))
    with FakeBotApi() as api:
        bot = api.bot(TOKEN)
        person = bot.user(LI)
        person.says("/cases")
        edge = edge_of(api)

        async def until_answered():
            stop = asyncio.Event()
            polling = asyncio.create_task(edge.poll(stop))
            await asyncio.to_thread(bot.wait_for, lambda: bot.sent_to(LI))
            stop.set()
            await polling

        asyncio.run(_then_close(edge, until_answered()))

        assert bot.texts_to(LI) == ["你手上没有个案。"]
        assert li.login == "li"


async def _then_close(edge, work):
    await asyncio.wait_for(work, 30)
    await edge.close()
