"""Half of a pair of settings is refused at start, with what to do; so is an unsafe address."""

from __future__ import annotations

import base64
import os
from datetime import date

import pytest

from companion.errors import BadInput
from companion.language import Language
from companion.staff.addresses import clean_address, hidden, is_safe_address
from companion.staff.people import ChannelKind
from companion.staff.term import DayKind, SpecialDays
from infra.campus_file import load_campus
from infra.settings import SettingsError, load_settings
from infra.settings_pairs import is_short_secret

MAIL = {"smtp_host": "mail.example.edu", "smtp_from": "Nuanyu <nuanyu@example.edu>"}
WEBHOOK = {"staff_webhook_url": "https://example.edu/page", "staff_webhook_secret": "s" * 24}
WECOM = {
    "wecom_corp_id": "ww0123456789abcdef",
    "wecom_agent_id": 1000002,
    "wecom_secret": "a-made-up-secret",
}
OIDC = {
    "oidc_issuer": "https://id.example.edu",
    "oidc_client_id": "nuanyu",
    "oidc_client_secret": "a-made-up-secret",
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("NUANYU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"smtp_host": "mail.example.edu"}, "NUANYU_SMTP_HOST and NUANYU_SMTP_FROM go together"),
        ({"smtp_from": "a@example.edu"}, "NUANYU_SMTP_HOST and NUANYU_SMTP_FROM go together"),
        (MAIL | {"smtp_user": "n"}, "NUANYU_SMTP_USER and NUANYU_SMTP_PASSWORD go together"),
        (MAIL | {"smtp_password": "w"}, "NUANYU_SMTP_USER and NUANYU_SMTP_PASSWORD go together"),
        ({"smtp_user": "n", "smtp_password": "w"}, "NUANYU_SMTP_HOST is not: set it"),
        (MAIL | {"smtp_from": "Nuanyu"}, "NUANYU_SMTP_FROM must be an address"),
        (MAIL | {"smtp_tls": "none"}, "NUANYU_SMTP_TLS may be none only for"),
        (MAIL | {"smtp_tls": "ssl"}, "NUANYU_SMTP_TLS"),
        (MAIL | {"smtp_port": 0}, "NUANYU_SMTP_PORT"),
        ({"staff_email": "duty@example.edu"}, "NUANYU_STAFF_EMAIL is set but"),
        (MAIL | {"staff_email": "a@example.edu, b@example.edu"}, "NUANYU_STAFF_EMAIL must be one"),
        ({"staff_webhook_url": "https://example.edu/"}, "NUANYU_STAFF_WEBHOOK_SECRET is not"),
        (WEBHOOK | {"staff_webhook_url": "http://example.edu/"}, "must begin with https://"),
        (WEBHOOK | {"staff_webhook_secret": "whsec_!"}, "so base64 must follow"),
        *((OIDC | {name: None}, "set all three, or none") for name in OIDC),
        *((WECOM | {name: None}, "WECOM_SECRET go together: set all three") for name in WECOM),
        (WECOM | {"wecom_agent_id": 0}, "NUANYU_WECOM_AGENT_ID"),
        (WECOM | {"wecom_api_url": "http://example.edu"}, "NUANYU_WECOM_API_URL must begin with"),
        (OIDC | {"oidc_issuer": "http://id.example.edu"}, "NUANYU_OIDC_ISSUER must begin with"),
        ({"staff_telegram_token": "2:B"}, "NUANYU_STAFF_TELEGRAM_CHAT go together"),
    ],
)
def test_what_is_missing_is_named(given, told):
    with pytest.raises(SettingsError, match=told) as refused:
        load_settings(**given)

    assert "a-made-up-secret" not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        {},
        MAIL,
        MAIL | {"smtp_user": "n", "smtp_password": "w", "smtp_tls": "tls", "smtp_port": 465},
        MAIL | {"smtp_host": "127.0.0.1", "smtp_tls": "none"},
        MAIL | {"staff_email": "duty@example.edu"},
        WEBHOOK,
        WEBHOOK | {"staff_webhook_url": "http://127.0.0.1:9000/page"},
        {"staff_webhook_secret": "whsec_" + base64.b64encode(b"k" * 24).decode()},
        {"staff_wecom_key": "0f0e0d0c-aaaa"},
        WECOM,
        OIDC,
    ],
)
def test_what_is_whole_is_taken(given):
    load_settings(**given)


def test_a_short_secret_is_known_by_what_is_in_it():
    assert is_short_secret("s" * 23)
    assert not is_short_secret("s" * 24)
    assert is_short_secret("whsec_" + base64.b64encode(b"k" * 23).decode())
    assert not is_short_secret("whsec_" + base64.b64encode(b"k" * 24).decode())


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://example.edu/x", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://[::1]/x", True),
        ("http://example.edu/x", False),
        ("http://localhost/x", False),
        ("https://name@example.edu/", False),
        ("https://name:word@example.edu/", False),
        ("https:///x", False),
        ("https://[::1/x", False),
        ("https://exam ple.edu/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_an_address_is_safe_that_is_encrypted_or_stays_here(url, is_safe):
    assert is_safe_address(url) is is_safe


def test_addresses_are_cleaned_and_hidden():
    whole = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0f0e0d0c-aaaa"

    assert clean_address(ChannelKind.WECOM, whole) == "0f0e0d0c-aaaa"
    assert clean_address(ChannelKind.EMAIL, " li@example.edu\n") == "li@example.edu"
    assert hidden("li@example.edu") == "li…du"
    assert hidden("77") == "…"
    with pytest.raises(BadInput, match="WeCom"):
        clean_address(ChannelKind.WECOM, "https://[example.edu/?key=x")


HOLIDAYS = """
name = { zh = "某大学", en = "Some University" }
[[holidays]]
from = 2027-02-05
to = 2027-02-12
name = { zh = "春节", en = "Spring Festival" }
[[holidays]]
from = 2027-01-04
to = 2027-01-15
kind = "exams"
name = { zh = "考试周", en = "Exams" }
"""


def test_holidays_and_exam_weeks_are_the_campuss_to_tell(tmp_path):
    file = tmp_path / "campus.toml"
    file.write_text(HOLIDAYS, encoding="utf-8")

    festival, exams = load_campus(file).holidays

    assert festival == SpecialDays(
        first=date(2027, 2, 5),
        last=date(2027, 2, 12),
        name={Language.ZH: "春节", Language.EN: "Spring Festival"},
    )
    assert exams.kind is DayKind.EXAMS


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("to = 2027-02-12", "to = 2027-02-01"), "to must not be earlier than from"),
        (('kind = "exams"', 'kind = "party"'), "holidays.1.kind"),
        (('zh = "春节", ', ""), "holidays.0.name.zh"),
    ],
)
def test_holidays_that_cannot_be_are_named(tmp_path, change, told):
    file = tmp_path / "campus.toml"
    file.write_text(HOLIDAYS.replace(*change), encoding="utf-8")

    with pytest.raises(SettingsError, match=told):
        load_campus(file)
