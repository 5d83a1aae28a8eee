"""Pages by e-mail, handed to a real SMTP server over a real socket."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from email.header import decode_header, make_header

import pytest

from companion.ports import PageText, Refused, RetryLater, Uncertain
from infra.pagers.email import EmailChannel, email_channel
from infra.pagers.email import MailServer as Account
from infra.settings import Settings
from tests.fakes.mail_server import PASSWORD, USER, MailServer, trusting

LI = "li@example.edu"
PAGE = PageText(
    subject="【高】个案 12 等待 3 分钟 · High, case 12",
    body="个案 12：高。等待 3 分钟。\n.\n请登录值班台。",
    url="https://nuanyu.example.edu/desk/cases/12",
)


@pytest.fixture
def server():
    with MailServer() as server:
        yield server


def channel(port, *, encryption="starttls", password=PASSWORD, trust=None, **patience):
    account = Account(
        host="127.0.0.1",
        port=port,
        sender="暖语 Nuanyu <nuanyu@example.edu>",
        encryption=encryption,
        user=USER if password else None,
        password=password,
    )
    return EmailChannel(account, trust=trust or trusting(), **patience)


def test_a_page_arrives_as_a_letter_in_any_language_with_its_link(server):
    channel(server.port).page(LI, PAGE)

    (letter,) = server.letters
    assert letter["to"] == LI
    assert "nuanyu@example.edu" in letter["from"]
    assert str(make_header(decode_header(letter["subject"]))) == PAGE.subject
    assert letter.get_content().replace("\r\n", "\n") == f"{PAGE.body}\n\n{PAGE.url}\n"
    assert server.logins == [USER]


def test_no_holiday_notice_answers_a_page_and_every_letter_has_an_id_of_its_own(server):
    mail = channel(server.port)
    mail.page(LI, PAGE)
    mail.page(LI, PAGE)

    assert {letter["auto-submitted"] for letter in server.letters} == {"auto-generated"}
    assert len({letter["message-id"] for letter in server.letters}) == 2


def test_a_subject_of_several_lines_becomes_one_and_a_long_one_is_cut(server):
    channel(server.port).page(
        LI, PageText(subject="a\r\nBcc: x@example.org\n" + "高" * 99, body="b")
    )

    (letter,) = server.letters
    assert letter["bcc"] is None
    assert letter["subject"].startswith("a Bcc: x@example.org 高")
    assert len(letter["subject"]) == 78


@pytest.mark.parametrize("encryption", ["tls", "none"])
def test_a_server_that_speaks_tls_at_once_and_one_on_this_machine_are_served(encryption):
    with MailServer(encryption) as server:
        channel(server.port, encryption=encryption).page(LI, PAGE)

        assert len(server.letters) == 1


def test_the_password_never_leaves_over_a_line_that_is_not_encrypted():
    with MailServer("none") as server:
        with pytest.raises(Refused) as refused:
            channel(server.port).page(LI, PAGE)

        assert refused.value.reason == "no_tls"
        assert (server.logins, server.letters) == ([], [])


def test_a_certificate_that_nobody_vouches_for_is_not_believed(server):
    with pytest.raises(Refused) as refused:
        channel(server.port, trust=ssl.create_default_context()).page(LI, PAGE)

    assert refused.value.reason == "bad_certificate"
    assert server.logins == []


def test_tls_to_a_server_that_speaks_none_is_refused():
    with MailServer("none") as server, pytest.raises(Refused) as refused:
        channel(server.port, encryption="tls").page(LI, PAGE)

    assert refused.value.reason == "no_tls"


def test_a_wrong_password_is_final(server):
    with pytest.raises(Refused) as refused:
        channel(server.port, password="wrong").page(LI, PAGE)

    assert refused.value.reason == "not_signed_in"
    assert not refused.value.unreachable


@pytest.mark.parametrize(
    ("step", "answer", "reason", "unreachable"),
    [
        ("rcpt", "550 5.1.1 no such user li@example.edu", "smtp_550", True),
        ("mail", "553 5.7.1 not with this sender", "smtp_553", False),
        ("data", "554 5.6.0 looks like spam", "smtp_554", False),
    ],
)
def test_what_the_server_refuses_for_good_is_told_by_a_code_alone(
    server, step, answer, reason, unreachable
):
    server.refuses(step, answer)

    with pytest.raises(Refused) as refused:
        channel(server.port).page(LI, PAGE)

    assert str(refused.value) == reason
    assert refused.value.unreachable is unreachable
    assert server.letters == []


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_what_the_server_refuses_for_now_is_tried_again(server, step):
    server.refuses(step, "451 4.7.1 greylisted, come back later")

    with pytest.raises(RetryLater):
        channel(server.port).page(LI, PAGE)


def test_a_server_that_is_not_there_was_told_nothing():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    with pytest.raises(RetryLater):
        channel(port).page(LI, PAGE)


def test_a_server_that_hangs_before_the_letter_was_told_nothing(server):
    server.hangs("rcpt", 3)

    with pytest.raises(RetryLater):
        channel(server.port, timeout=0.5).page(LI, PAGE)


def test_a_server_that_hangs_over_the_letter_leaves_a_doubt(server):
    server.hangs("data", 3)

    with pytest.raises(Uncertain):
        channel(server.port, timeout=0.5).page(LI, PAGE)


def test_many_slow_steps_do_not_add_up_beyond_the_deadline(server):
    server.hangs("mail", 0.8)
    server.hangs("rcpt", 0.8)

    with pytest.raises(RetryLater):
        channel(server.port, deadline=1.0).page(LI, PAGE)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (b"421 4.3.2 too many\r\n", RetryLater),
        (b"554 go away\r\n", Refused),
        (b"", RetryLater),
        (b"this is no mail server\r\n", RetryLater),
    ],
)
def test_a_greeting_that_is_none_is_understood(said, meaning):
    with saying(said) as port, pytest.raises(meaning):
        channel(port, encryption="none", password=None).page(LI, PAGE)


@pytest.mark.parametrize("address", ["li@example.edu\nBcc: x@example.org", "", "李@example.edu"])
def test_an_address_that_is_none_is_refused_and_not_quoted(server, address):
    with pytest.raises(Refused) as refused:
        channel(server.port).page(address, PAGE)

    assert (str(refused.value), refused.value.unreachable) == ("bad_address", True)
    assert server.letters == []


def test_the_check_signs_in_and_sends_nothing(server):
    channel(server.port).check()

    assert (server.logins, server.letters) == ([USER], [])
    with pytest.raises(Refused):
        channel(server.port, password="wrong").check()


def test_the_settings_make_a_channel():
    with MailServer("none") as server:
        settings = Settings(
            _env_file=None,
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_tls="none",
            smtp_from="nuanyu@example.edu",
        )
        email_channel(settings).page(LI, PAGE)

        assert len(server.letters) == 1


@contextmanager
def saying(said: bytes):
    """A server that says this and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            line, _ = server.accept()
            with line:
                line.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)
