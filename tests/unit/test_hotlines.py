"""The registry: the right lines for a place and an hour, and nothing that is not known."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from companion.errors import ContentError
from companion.language import Language
from companion.risk.content import read_toml
from companion.risk.hotlines import Registry, registry
from companion.risk.line_entries import lines_of
from companion.risk.lines import Line, LineKind, LineStatus

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)  # Monday noon in Macau
REGIONS = "CN HK MO TW US CA GB IE AU NZ SG MY IN JP KR DE FR NL CH".split()
#: Places for which our sources name no emergency number: the card says "local emergency number".
WITHOUT_EMERGENCY = {"CA", "CH"}


def lines(region: str, *, now: datetime = NOW, language: Language = Language.ZH) -> list[Line]:
    return list(registry().lines_for(region, now=now, language=language))


def document() -> dict[str, Any]:
    return copy.deepcopy(read_toml("hotlines.toml"))


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_a_crisis_line(region: str) -> None:
    assert any(line.kind is LineKind.CRISIS for line in lines(region))


@pytest.mark.parametrize("region", sorted(set(REGIONS) - WITHOUT_EMERGENCY))
def test_every_region_has_an_emergency_number(region: str) -> None:
    assert any(line.kind is LineKind.EMERGENCY for line in lines(region))


def test_mainland_students_see_12356_first_then_the_line_that_never_closes() -> None:
    assert [line.dial_display for line in lines("CN")][:2] == ["12356", "400-161-9995"]


def test_an_unknown_region_gets_the_directory_and_no_country_is_assumed() -> None:
    assert [line.dial_display for line in lines("XX")] == ["findahelpline.com"]


def test_a_line_that_nobody_verified_by_more_than_memory_is_not_shown() -> None:
    withdrawn = [line for line in registry().lines if line.status is LineStatus.WITHDRAWN]

    shown = registry().lines_for("CN", now=NOW, language=Language.ZH, kinds=tuple(LineKind))

    assert withdrawn
    assert not {line.id for line in withdrawn} & {line.id for line in shown}
    assert "12338" not in registry().known_numbers()


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param(datetime(2026, 11, 23, 7, tzinfo=UTC), True, id="Monday 15:00"),
        pytest.param(datetime(2026, 11, 23, 15, tzinfo=UTC), False, id="Monday 23:00"),
        pytest.param(datetime(2026, 11, 25, 7, tzinfo=UTC), False, id="Wednesday"),
        pytest.param(datetime(2026, 11, 26, 2, tzinfo=UTC), True, id="Thursday 10:00"),
    ],
)
def test_hours_are_those_of_the_line_s_own_place(now: datetime, is_open: bool) -> None:
    line = next(line for line in registry().lines if line.id == "mo-caritas-other")

    assert line.is_open(now) is is_open


def test_a_closed_line_comes_after_the_open_ones() -> None:
    night = datetime(2026, 11, 23, 15, tzinfo=UTC)

    crisis = [
        line
        for line in lines("MO", now=night, language=Language.EN)
        if line.kind is LineKind.CRISIS
    ]

    assert crisis[-1].id == "mo-caritas-other"


def test_nobody_is_said_to_have_dialled_a_number_yet() -> None:
    assert all(line.verified_by is None and line.verified_at is None for line in registry().lines)
    assert any("never dialled" in problem for problem in registry().problems(NOW))


def test_an_emergency_number_is_no_work_left_to_dial() -> None:
    undialled = next(one for one in registry().problems(NOW) if "never dialled" in one)

    assert "cn-12356" in undialled
    assert "cn-110" not in undialled


def test_the_doctor_names_regions_with_a_gap() -> None:
    assert "hotlines for CA: no emergency line" in registry().problems(NOW)


def test_a_line_past_its_date_is_flagged_then_gone_but_the_last_ones_always_remain() -> None:
    expires = registry().lines[0].expires_at
    soon = datetime.combine(expires + timedelta(days=30), datetime.min.time(), tzinfo=UTC)
    late = datetime.combine(expires + timedelta(days=500), datetime.min.time(), tzinfo=UTC)

    assert len(lines("CN", now=soon)) == len(lines("CN"))
    assert any("check date has passed" in problem for problem in registry().problems(soon))
    kept = {line.kind for line in lines("CN", now=late)}
    assert {LineKind.CRISIS, LineKind.EMERGENCY} == kept
    assert len(lines("CN", now=late)) < len(lines("CN"))


def test_known_numbers_are_digits_only_and_complete() -> None:
    known = registry().known_numbers()

    assert {"12356", "4001619995", "120", "110", "988", "741741"} <= known
    assert all(number.isdigit() for number in known)


def test_the_number_people_read_is_the_number_that_is_dialled() -> None:
    for line in registry().lines:
        for way in line.channels:
            if way.value.isdigit():
                assert "".join(filter(str.isdigit, way.display)) == way.value


def test_no_line_is_older_than_its_check_or_lives_longer_than_a_year() -> None:
    for line in registry().lines:
        assert line.checked_at == date(2026, 11, 22)
        assert line.expires_at - line.checked_at <= timedelta(days=365)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({"kind": "party"}, "party", id="unknown kind"),
        pytest.param({"languages": []}, "languages", id="no language"),
        pytest.param({"channels": []}, "channel", id="no channel"),
        pytest.param(
            {"channels": [{"type": "call", "value": "12-34"}]}, "digits", id="dashes in a number"
        ),
        pytest.param({"name": {"zh": "名"}}, "en", id="no English name"),
        pytest.param({"hours": {"weekly": [], "timezone": "Mars/Base"}}, "Mars", id="no such zone"),
        pytest.param({"confidence": "sure"}, "confidence", id="unknown confidence"),
        pytest.param({"expires_at": "soon"}, "date", id="not a date"),
        pytest.param({"phone": "1"}, "phone", id="misspelt key"),
    ],
)
def test_a_bad_line_is_refused_by_file_and_name(change: dict[str, object], named: str) -> None:
    bad = document()
    bad["line"][0] |= change

    with pytest.raises(ContentError, match=rf"hotlines\.toml: 'cn-12356'.*{named}"):
        lines_of(bad)


def test_an_emergency_number_is_asked_of_every_country_by_the_doctor() -> None:
    without = Registry(tuple(line for line in registry().lines if line.id != "us-911"))

    assert "hotlines for US: no emergency line" in without.problems(NOW)
