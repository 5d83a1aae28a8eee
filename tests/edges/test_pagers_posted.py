"""Pages that are posted: signed webhooks and WeCom's group robots, over real sockets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from companion.ports import PageText, Refused, RetryLater, Uncertain
from infra.pagers import post
from infra.pagers.post import Poster
from infra.pagers.webhook import WebhookChannel
from infra.pagers.wecom import TEXT_LIMIT, WecomChannel, shortened
from infra.senders.limits import Rates, SendLimiter
from infra.senders.loop import LoopThread
from tests.fakes.mail_server import certificate, trusting
from tests.fakes.receiver import Receiver

SECRET = "a-made-up-word-of-some-length"
KEY = "0f0e0d0c-aaaa-bbbb-cccc-010203040506"
PAGE = PageText(
    subject="【高】个案 12",
    body="个案 12：高。等待 3 分钟。",
    url="https://nuanyu.example.edu/desk/cases/12",
)


@pytest.fixture(scope="module")
def loop():
    loop = LoopThread()
    yield loop
    loop.close()


@pytest.fixture(scope="module")
def server():
    with Receiver() as server:
        yield server


@pytest.fixture
def receiver(server):
    server.forgets()
    server.usually_says({"errcode": 0, "errmsg": "ok"})
    return server


@pytest.fixture
def webhook(loop):
    return WebhookChannel(Poster(loop), secret=SECRET, seconds=lambda: 1_790_000_000.9)


@pytest.fixture
def make_wecom(loop, receiver):
    def make(*, rates=None, patience=4.0):
        limiter = SendLimiter(
            redis_url=None,
            secret="wecom",
            rates=rates or Rates(total=1000, chat=1000),
            patience=patience,
        )
        return WecomChannel(Poster(loop), robot_url=f"{receiver.url}/send", limiter=limiter)

    return make


@pytest.fixture
def wecom(make_wecom):
    return make_wecom()


# ---------------------------------------------------------------- webhook


def test_a_page_arrives_as_json(webhook, receiver):
    webhook.page(f"{receiver.url}/page?to=duty", PAGE)

    (got,) = receiver.got
    assert got.path == "/page"
    assert got.query == {"to": ["duty"]}
    assert got.headers["content-type"].startswith("application/json")
    assert got.json() == {
        "type": "page",
        "subject": PAGE.subject,
        "body": PAGE.body,
        "url": PAGE.url,
    }


def test_who_knows_the_secret_can_check_who_sent_it_and_when(webhook, receiver):
    webhook.page(receiver.url, PAGE)

    (got,) = receiver.got
    assert got.headers["webhook-timestamp"] == "1790000000"
    signed = f"{got.headers['webhook-id']}.1790000000.".encode() + got.body
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert got.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_two_pages_never_have_the_same_id_so_that_none_can_be_played_again(webhook, receiver):
    webhook.page(receiver.url, PAGE)
    webhook.page(receiver.url, PAGE)

    assert len({got.headers["webhook-id"] for got in receiver.got}) == 2


def test_every_try_of_one_page_has_its_id_so_that_a_receiver_counts_it_once(webhook, receiver):
    one, other = (replace(PAGE, once=uuid4()) for _ in range(2))
    for page in (one, one, other):
        webhook.page(receiver.url, page)

    first, again, second = (got.headers["webhook-id"] for got in receiver.got)
    assert first == again == f"page_{one.once.hex}"
    assert second != first


def test_a_secret_in_the_standards_form_is_decoded_first(loop, receiver):
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    WebhookChannel(Poster(loop), secret=secret).page(receiver.url, PAGE)

    (got,) = receiver.got
    stamp = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}."
    digest = hmac.new(b"k" * 32, stamp.encode() + got.body, hashlib.sha256).digest()
    assert got.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_a_page_taken(webhook, receiver, status):
    receiver.answers(status, b"")

    webhook.page(receiver.url, PAGE)


@pytest.mark.parametrize(
    ("status", "headers", "after"),
    [
        (429, {"retry-after": "7"}, timedelta(seconds=7)),
        (429, {"retry-after": "99999999999"}, post.LONGEST_WAIT),
        (429, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, post.SOON),
        (429, {"retry-after": "²"}, post.SOON),
        (500, {}, post.SOON),
        (503, {"retry-after": "30"}, timedelta(seconds=30)),
    ],
)
def test_a_server_that_is_busy_is_asked_again_as_it_wishes(
    webhook, receiver, status, headers, after
):
    receiver.answers(status, headers=headers)

    with pytest.raises(RetryLater) as later:
        webhook.page(receiver.url, PAGE)

    assert later.value.after == after


@pytest.mark.parametrize(
    ("status", "unreachable"), [(400, False), (401, False), (404, True), (410, True)]
)
def test_a_server_that_says_no_is_not_asked_again(webhook, receiver, status, unreachable):
    receiver.answers(status)

    with pytest.raises(Refused) as refused:
        webhook.page(receiver.url, PAGE)

    assert str(refused.value) == f"http_{status}"
    assert refused.value.unreachable is unreachable


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_page_follows_nobody_elsewhere(webhook, receiver, status):
    receiver.answers(status, headers={"location": f"{receiver.url}/elsewhere"})

    with pytest.raises(Refused) as refused:
        webhook.page(receiver.url, PAGE)

    assert str(refused.value) == f"http_{status}"
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://example.edu/page",
        "http://127.0.0.1.example.edu/",
        "http://localhost/",
        "http://0.0.0.0/",
        "ftp://127.0.0.1/",
        "https://user:word@example.edu/",
        "https://",
        "127.0.0.1/page",
        "file:///etc/passwd",
        "http://127.0.0.1\\@example.edu/",
        "https://example.edu:notaport/",
        "",
    ],
)
def test_an_address_without_https_or_with_a_password_is_refused(webhook, address):
    with pytest.raises(Refused) as refused:
        webhook.page(address, PAGE)

    assert refused.value.unreachable
    assert str(refused.value) in {"bad_address", "not_https"}


def test_a_server_that_is_not_there_was_told_nothing(webhook):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    with pytest.raises(RetryLater):
        webhook.page(f"http://127.0.0.1:{port}/", PAGE)


def test_a_line_that_breaks_over_the_page_leaves_a_doubt(webhook, receiver):
    receiver.answers(cuts=True)

    with pytest.raises(Uncertain):
        webhook.page(receiver.url, PAGE)


def test_a_server_that_hangs_is_left_at_the_deadline(loop, receiver):
    receiver.answers(hangs=5)
    webhook = WebhookChannel(Poster(loop, deadline=0.5), secret=SECRET)

    with pytest.raises(Uncertain):
        webhook.page(receiver.url, PAGE)


def test_a_server_that_answers_byte_by_byte_is_left_at_the_deadline(loop, receiver):
    receiver.answers(200, b"x" * 60, drips=0.1)
    webhook = WebhookChannel(Poster(loop, deadline=0.6), secret=SECRET)

    with pytest.raises(Uncertain):
        webhook.page(receiver.url, PAGE)


def test_an_endless_answer_is_not_read_to_its_end(loop, receiver):
    receiver.answers(200, b"x" * 1_000_000)

    assert len(Poster(loop).post(receiver.url, body=b"", headers={}).body) == post.LONGEST_ANSWER


def test_a_certificate_that_nobody_vouches_for_is_not_believed(webhook):
    with tls_server() as port, pytest.raises(Refused) as refused:
        webhook.page(f"https://127.0.0.1:{port}/", PAGE)

    assert str(refused.value) == "bad_certificate"


def test_https_is_spoken_to_those_who_can_prove_who_they_are(webhook, monkeypatch):
    monkeypatch.setattr(post, "_trust", trusting)

    with tls_server() as port:
        webhook.page(f"https://127.0.0.1:{port}/", PAGE)


def test_no_error_quotes_the_address_or_the_page(webhook, receiver):
    secret_address = f"{receiver.url}/token-31415"
    for how in ({"status": 500}, {"status": 401}, {"cuts": True}):
        receiver.answers(**how)
        with pytest.raises((RetryLater, Refused, Uncertain)) as error:
            webhook.page(secret_address, PAGE)
        shown = f"{error.value!r} {error.value} {error.value.__cause__!r}"
        assert "31415" not in shown
        assert PAGE.body not in shown
        assert error.value.__suppress_context__ or error.value.__context__ is None


# ---------------------------------------------------------------- WeCom


def test_a_robot_writes_the_page_and_its_link_and_calls_everybody(wecom, receiver):
    wecom.page(KEY, PAGE)

    (got,) = receiver.got
    assert (got.path, got.query) == ("/send", {"key": [KEY]})
    assert got.json() == {
        "msgtype": "text",
        "text": {"content": f"{PAGE.body}\n{PAGE.url}", "mentioned_list": ["@all"]},
    }


def test_a_long_page_is_cut_to_what_wecom_takes_and_keeps_its_link():
    text = shortened(PageText("s", "高" * 2000, PAGE.url))

    assert len(text.encode()) <= TEXT_LIMIT
    assert len(text.encode()) > TEXT_LIMIT - 3
    assert text.endswith(f"高\n{PAGE.url}")


@pytest.mark.parametrize(
    ("code", "meaning"),
    [(45009, RetryLater), (-1, RetryLater), (93000, Refused), (40008, Refused)],
)
def test_what_wecom_says_decides_and_not_its_status(wecom, receiver, code, meaning):
    receiver.answers(200, {"errcode": code, "errmsg": f"invalid key {KEY}"})

    with pytest.raises(meaning) as error:
        wecom.page(KEY, PAGE)

    assert KEY not in str(error.value)
    if meaning is Refused:
        assert error.value.reason == f"wecom_{code}"
        assert error.value.unreachable is (code == 93000)


def test_too_many_pages_wait_for_the_next_minute(wecom, receiver):
    receiver.answers(200, {"errcode": 45009})

    with pytest.raises(RetryLater) as later:
        wecom.page(KEY, PAGE)

    assert later.value.after == timedelta(minutes=1)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"errcode": "x"}', b"null"])
def test_an_answer_that_is_none_leaves_a_doubt(wecom, receiver, body):
    receiver.answers(200, body)

    with pytest.raises(Uncertain):
        wecom.page(KEY, PAGE)


@pytest.mark.parametrize("key", ["", "short", "a&key=b-and-more", "../../x-and-more", "键" * 9])
def test_a_key_that_is_none_is_never_sent(wecom, receiver, key):
    with pytest.raises(Refused):
        wecom.page(key, PAGE)

    assert receiver.got == []


def test_a_robot_that_wrote_enough_is_held_back_and_the_page_comes_back(make_wecom, receiver):
    wecom = make_wecom(rates=Rates(total=1000, chat=0.3), patience=0.1)
    for _ in range(3):
        wecom.page(KEY, PAGE)

    with pytest.raises(RetryLater):
        wecom.page(KEY, PAGE)

    wecom.page(KEY + "-other", PAGE)
    assert len(receiver.got) == 4


@contextmanager
def tls_server():
    """A web server with a certificate of its own making that says yes once."""
    context: ssl.SSLContext = certificate()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def answer():
            plain, _ = server.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as line:
                    # All of it: a line closed on unread words is broken, not answered.
                    asked = line.recv(65536)
                    while not asked.rstrip().endswith(b"}"):
                        asked += line.recv(65536)
                    body = json.dumps({}).encode()
                    line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n" + body)
            except OSError:
                plain.close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)
