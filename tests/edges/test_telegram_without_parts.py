"""Law 4 at Telegram's door: with database or broker gone the card is the webhook's own answer."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from companion.messages import Platform
from companion.ports import Refused, RetryLater, Uncertain
from companion.staff.cases import CaseState
from companion.staff.people import ChannelKind

SECRET = "a-long-made-up-secret-0123456789"
CRISIS = "我不想活了，今晚就想结束这一切"
STUDENT = 7_740_112_777


@pytest.fixture
def telegram(make_web):
    return make_web(telegram_token="1:made-up", telegram_secret=SECRET)


def deliver(web, text, *, update_id):
    person = {"id": STUDENT, "is_bot": False, "first_name": "x", "language_code": "zh"}
    chat = {"id": STUDENT, "type": "private"}
    update = {
        "update_id": update_id,
        "message": {"message_id": 1, "from": person, "chat": chat, "date": 1, "text": text},
    }
    return web.client.post(
        "/telegram/webhook",
        json=update,
        headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
    )


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def test_with_the_database_gone_the_card_goes_out_and_the_words_are_kept_sealed(telegram):
    healthy = dict(telegram.parts.store.__dict__)
    telegram.breaks_the_database()

    answer = deliver(telegram, CRISIS, update_id=1)

    assert answer.status_code == 200
    assert answer.json()["method"] == "sendMessage"
    assert answer.json()["chat_id"] in {STUDENT, str(STUDENT)}
    assert "12356" in answer.json()["text"]
    wait_for(lambda: telegram.campus.channels.pages)
    (kept,) = (telegram.parts.settings.data_dir / "spool").glob("*.sealed")
    assert CRISIS.encode() not in kept.read_bytes()
    assert json.dumps(CRISIS).encode() not in kept.read_bytes()

    telegram.mends_the_database(healthy)
    wait_for(lambda: not kept.exists())
    with telegram.campus.store.reading() as tx:
        account = tx.students.find_account(Platform.TELEGRAM, str(STUDENT))
        assert [line.text for line in tx.talk.lines(account.student_id)] == [CRISIS]


def test_with_the_database_gone_an_ordinary_text_is_left_to_telegram_to_repeat(telegram):
    telegram.breaks_the_database()

    assert deliver(telegram, "室友太吵了", update_id=2).status_code == 503
    assert not (telegram.parts.settings.data_dir / "spool").exists()


def test_with_the_broker_gone_the_card_is_in_the_answer_and_the_row_is_kept(telegram):
    telegram.campus.jobs.is_away = True

    answer = deliver(telegram, CRISIS, update_id=3)

    assert "12356" in answer.json()["text"]
    with telegram.campus.store.reading() as tx:
        account = tx.students.find_account(Platform.TELEGRAM, str(STUDENT))
        kinds = [line.kind for line in tx.talk.lines(account.student_id)]
    assert kinds[:2] == ["text", "card"]
    wait_for(lambda: telegram.campus.channels.pages)
    [page] = telegram.campus.channels.pages
    with telegram.campus.store.reading() as tx:
        case = tx.cases.open_of(account.student_id)
    assert (str(case.number) in page, case.state) == (True, CaseState.NOTIFIED)


@pytest.mark.parametrize("fault", [RetryLater(timedelta(seconds=9)), Uncertain("cut")])
def test_with_the_database_gone_a_page_that_found_its_channel_busy_is_tried_again(telegram, fault):
    telegram.breaks_the_database()
    telegram.campus.channels.telegram.faults += [fault, fault]

    deliver(telegram, CRISIS, update_id=4)

    wait_for(lambda: telegram.campus.channels.pages)
    [page] = telegram.campus.channels.pages
    assert "数据库暂时用不了" in page
    assert CRISIS not in page


def test_with_database_broker_and_one_channel_gone_the_other_channel_carries_the_page(telegram):
    telegram.breaks_the_database()
    telegram.campus.jobs.is_away = True
    channels = telegram.campus.channels
    channels.campus_wide = (*channels.campus_wide, (ChannelKind.EMAIL, "duty@example.edu"))
    channels.telegram.dead["staff-group"] = Refused("chat_gone", unreachable=True)

    answer = deliver(telegram, CRISIS, update_id=5)

    assert "12356" in answer.json()["text"]
    wait_for(lambda: channels.email.sent)
    assert channels.email.sent[0][0] == "duty@example.edu"


def test_when_nobody_at_all_can_be_paged_operators_read_it_in_the_log(telegram):
    telegram.breaks_the_database()
    dead = Refused("chat_gone", unreachable=True)
    telegram.campus.channels.telegram.dead["staff-group"] = dead

    with capture_logs() as logged:
        deliver(telegram, CRISIS, update_id=6)
        wait_for(lambda: [one for one in logged if one["event"] == "staff_not_reached"])

    assert CRISIS not in str(logged)
