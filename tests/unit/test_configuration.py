"""Settings and the campus file: what is wrong is refused at start, with its name."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from companion.campus import Campus
from companion.language import Language
from companion.people.quiet import QuietHours
from companion.risk import Level
from companion.staff.clocks import Clocks
from infra.campus_file import load_campus
from infra.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.startswith("NUANYU_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_everything_has_a_default():
    settings = load_settings()

    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.telegram_token is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("NUANYU_PROT", "8081", "unknown setting NUANYU_PROT: did you mean NUANYU_PORT?"),
        ("NUANYU_ZZZZ", "1", "unknown setting NUANYU_ZZZZ"),
        ("NUANYU_PORT", "eighty", "NUANYU_PORT"),
        ("NUANYU_PORT", "70000", "NUANYU_PORT"),
        ("NUANYU_LLM_URL", "tgi:3000", "NUANYU_LLM_URL"),
        ("NUANYU_LOG_LEVEL", "LOUD", "use DEBUG, INFO, WARNING or ERROR"),
        ("NUANYU_TELEGRAM_TOKEN", "1:x", "NUANYU_TELEGRAM_SECRET is not"),
        ("NUANYU_TELEGRAM_SECRET", "short", "16-256 letters"),
        ("NUANYU_STAFF_TELEGRAM_TOKEN", "1:x", "set both, or neither"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch, name, value, words):
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=words.replace("?", r"\?")):
        load_settings()


def test_an_error_never_shows_a_secret(monkeypatch):
    monkeypatch.setenv("NUANYU_TELEGRAM_TOKEN", "1:very-secret-token")

    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "very-secret" not in str(caught.value)


def test_a_dotenv_file_is_read_and_checked(tmp_path):
    (tmp_path / ".env").write_text("NUANYU_PORT=9999\n")
    assert load_settings().port == 9999

    (tmp_path / ".env").write_text("NUANYU_PROT=9999\n")
    with pytest.raises(SettingsError, match="NUANYU_PROT"):
        load_settings()


GOOD = """
region = "HK"
language = "en"
timezone = "Asia/Hong_Kong"
[name]
zh = "测试大学"
en = "Test University"
[duty_line]
name = { zh = "心理中心", en = "Counselling centre" }
phone = "+852 5555 0101"
hours = [{ days = [1, 2, 3, 4, 5], opens = 08:00:00, closes = 22:00:00 }]
"""


def test_a_campus_file_is_read(tmp_path):
    file = tmp_path / "campus.toml"
    file.write_text(GOOD)

    campus = load_campus(file)

    assert campus.region == "HK"
    assert campus.language is Language.EN
    assert campus.duty_line.hours_text(Language.EN) == "Mon-Fri 08:00-22:00"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('region = "HK"', 'region = "Hong Kong"', "region"),
        ('timezone = "Asia/Hong_Kong"', 'timezone = "Mars"', "no such time zone"),
        ("days = [1, 2, 3, 4, 5]", "days = [8]", "days"),
        ("closes = 22:00:00", "closes = 07:00:00", "two entries"),
        ("[duty_line]", "[dutyline]", "dutyline"),
        ('zh = "测试大学"', "", "name.zh"),
        ("[name]", "[name", "not valid TOML"),
        ('phone = "+852 5555 0101"', 'phone = "call me"', "phone"),
        ('language = "en"', 'quiet_hours = "late"', "quiet_hours: write two times"),
        ('language = "en"', 'quiet_hours = "07:00-07:00"', "no hour to write in"),
    ],
)
def test_a_wrong_campus_file_names_file_and_entry(tmp_path, old, new, words):
    file = tmp_path / "campus.toml"
    file.write_text(GOOD.replace(old, new))

    with pytest.raises(SettingsError, match=words) as caught:
        load_campus(file)
    assert "campus.toml" in str(caught.value)


def test_a_campus_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(SettingsError, match="cannot read"):
        load_campus(tmp_path / "nowhere.toml")


def test_quiet_hours_are_the_schools_to_choose(tmp_path):
    file = tmp_path / "campus.toml"
    file.write_text(f'quiet_hours = "23:00-07:30"\n{GOOD}')

    assert load_campus(file).quiet == QuietHours(23 * 60, 7 * 60 + 30)
    assert Campus().quiet == QuietHours(0, 7 * 60)


# ------------------------------------------------------------ clocks


def test_the_example_file_shows_the_clocks_that_hold_without_it():
    example = Path(__file__).parents[2] / "campus.example.toml"

    assert load_campus(example).clocks == Clocks()


def test_a_school_changes_one_clock_and_keeps_the_others(tmp_path):
    file = tmp_path / "campus.toml"
    rungs = '[{ after = 0, who = "primary" }, { after = 4.5, who = "student" }]'
    file.write_text(f"{GOOD}\n[clocks.imminent]\nacknowledge = 2\nrungs = {rungs}\n")

    clocks = load_campus(file).clocks

    imminent = clocks.of(Level.IMMINENT)
    assert imminent.acknowledge == timedelta(minutes=2)
    assert imminent.contact == timedelta(minutes=5)
    assert [rung.after for rung in imminent.rungs] == [timedelta(), timedelta(minutes=4.5)]
    assert clocks.of(Level.HIGH) == Clocks().of(Level.HIGH)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("[clocks.high]\ncontact = 5", "contact must not be sooner"),
        ("[clocks.high]\nacknowledge = 0", "acknowledge"),
        ("[clocks.low]\nacknowledge = 5", "clocks.low"),
        ("[clocks.high]\nrungs = []", "somebody must be paged"),
        ('[clocks.high]\nrungs = [{ after = 0, who = "primary" }]', "in vain"),
        ('[clocks.high]\nrungs = [{ after = 1, who = "primary" }]', "after = 0"),
        ('[clocks.high]\nrungs = [{ after = 0, who = "student" }]', "must page somebody"),
        ('[clocks.high]\nrungs = [{ after = 0, who = "dean" }]', "clocks.high.rungs.0.who"),
        (
            (
                '[clocks.moderate]\nrungs = [{ after = 0, who = "primary" }, '
                '{ after = 9, who = "backup" }, { after = 3, who = "supervisor" }]'
            ),
            "the one above",
        ),
    ],
)
def test_clocks_that_would_leave_somebody_alone_are_refused(tmp_path, table, words):
    file = tmp_path / "campus.toml"
    file.write_text(f"{GOOD}\n{table}\n")

    with pytest.raises(SettingsError, match=words):
        load_campus(file)
