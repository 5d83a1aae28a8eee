"""`nuanyu doctor` looks at both bots: their tokens, the staff group, their webhooks."""

from __future__ import annotations

import httpx
import pytest

from cli.doctor_telegram import TELEGRAM_CHECKS
from cli.findings import Health
from infra.settings import Settings
from tests.fakes.botapi import FakeBotApi

TOKEN, STAFF, GROUP = "1:STUDENTS", "2:STAFF", -100_200


@pytest.fixture
def api():
    with FakeBotApi() as server:
        server.bot(TOKEN)
        yield server


@pytest.fixture
def found(api):
    """What is found, by its name: how serious it is and what is said."""

    def found(**changed):
        settings = {
            "telegram_api_url": api.url,
            "telegram_token": TOKEN,
            "telegram_secret": "a-secret-of-sixteen",
            "staff_telegram_token": STAFF,
            "staff_telegram_chat": str(GROUP),
        }
        given = Settings(_env_file=None, **(settings | changed))
        return {
            one.what: (one.health, one.detail) for check in TELEGRAM_CHECKS for one in check(given)
        }

    return found


def test_both_tokens_and_the_group_are_well(api, found):
    api.bot(STAFF).group(GROUP)

    seen = found()

    assert {what: health for what, (health, _) in seen.items()} == {
        "telegram": Health.WELL,
        "webhook": Health.HINT,
        "staff bot": Health.WELL,
        "staff group": Health.WELL,
        "staff webhook": Health.HINT,
    }


def test_a_wrong_staff_token_is_named_and_nothing_more_is_asked_of_it(api, found):
    seen = found()

    assert seen["staff bot"] == (
        Health.ILL,
        "getMe says 401: check NUANYU_STAFF_TELEGRAM_TOKEN",
    )
    assert "staff group" not in seen
    assert seen["telegram"][0] is Health.WELL


def test_a_group_the_bot_is_not_in_is_told_with_what_to_do(api, found):
    api.bot(STAFF)

    health, detail = found()["staff group"]

    assert health is Health.ILL
    assert "getChat says 400" in detail
    assert "add the staff bot to the group" in detail


@pytest.mark.parametrize(
    ("path", "health"), [("/telegram/staff", Health.WELL), ("/elsewhere", Health.ILL)]
)
def test_the_staff_webhook_is_compared_with_our_address(api, found, path, health):
    api.bot(STAFF).group(GROUP)
    httpx.get(f"{api.url}/bot{STAFF}/setWebhook", params={"url": f"https://care.example.edu{path}"})

    assert found(public_url="https://care.example.edu")["staff webhook"][0] is health


def test_without_a_staff_bot_it_is_a_hint(found):
    seen = found(staff_telegram_token=None, staff_telegram_chat=None)

    assert seen["staff bot"][0] is Health.HINT


def test_no_finding_shows_a_token(api, found):
    api.bot(STAFF)

    assert not any(secret in str(found()) for secret in (TOKEN, STAFF))
