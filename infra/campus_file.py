"""Reading `campus.toml`: everything about one campus that a school decides."""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from companion.campus import Campus, DutyLine, Pace
from companion.errors import BadInput
from companion.language import Language
from companion.open_hours import OpenHours
from companion.people.quiet import read_quiet_hours
from companion.risk import Level
from companion.staff.digest import read_time
from companion.staff.drills import weekly_drill
from companion.staff.term import DayKind, SpecialDays
from infra.campus_clocks import ClocksTable
from infra.own_content import own_exercises, own_scales
from infra.settings import SettingsError


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Names(_Part):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def wording(self) -> dict[Language, str]:
        return {Language.ZH: self.zh, Language.EN: self.en}


class _Hours(_Part):
    days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1)]
    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> _Hours:
        if self.closes != time(0) and self.closes <= self.opens:
            raise ValueError("closes must be later than opens; write a night shift as two entries")
        return self


class _Duty(_Part):
    name: _Names
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{2,20}$")]
    hours: list[_Hours] = []


class _Pace(_Part):
    shortest: float = Field(default=0.6, ge=0)
    usual: float = Field(default=1.5, ge=0)
    longest: float = Field(default=5.0, ge=0, le=30)

    @model_validator(mode="after")
    def _in_order(self) -> _Pace:
        if not self.shortest <= self.usual <= self.longest:
            raise ValueError("need shortest <= usual <= longest")
        return self


class _SpecialDays(_Part):
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    kind: DayKind = DayKind.HOLIDAY
    name: _Names

    @model_validator(mode="after")
    def _in_order(self) -> _SpecialDays:
        if self.last < self.first:
            raise ValueError("to must not be earlier than from")
        return self

    def days(self) -> SpecialDays:
        return SpecialDays(
            first=self.first, last=self.last, kind=self.kind, name=self.name.wording()
        )


class _CampusFile(_Part):
    name: _Names
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "CN"
    language: Language = Language.ZH
    timezone: str = "Asia/Shanghai"
    duty_line: _Duty | None = None
    minimum_age: int = Field(default=18, ge=13, le=25)
    retention_days: int = Field(default=365, ge=1, le=3650)
    break_minutes: int = Field(default=45, ge=10, le=600)
    relay_in_telegram: bool = True
    contact_automatically_at: Literal["high", "imminent"] | None = None
    show_reading_reasons: bool = False
    pace: _Pace = _Pace()
    clocks: ClocksTable = ClocksTable()
    holidays: list[_SpecialDays] = []
    weekly_drill: str = "off"
    quiet_hours: str = "00:00-07:00"
    watch_digest: str = "09:00"
    #: Beside the campus file; read with it.
    exercises_dir: str | None = None
    scales_dir: str | None = None

    @field_validator("weekly_drill")
    @classmethod
    def _known_hour(cls, value: str) -> str:
        try:
            weekly_drill(value)
        except BadInput as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("watch_digest")
    @classmethod
    def _known_time(cls, value: str) -> str:
        try:
            read_time(value)
        except BadInput as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _known_hours(cls, value: str) -> str:
        try:
            read_quiet_hours(value)
        except BadInput as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("no such time zone; use a name like Asia/Shanghai") from None
        return value

    def campus(self, folder: Path) -> Campus:
        """Return the campus in the rules' own words; `folder` is where its file stands."""
        return Campus(
            name=self.name.wording(),
            region=self.region,
            language=self.language,
            timezone=ZoneInfo(self.timezone),
            duty_line=None if self.duty_line is None else _duty(self.duty_line),
            minimum_age=self.minimum_age,
            relay_in_telegram=self.relay_in_telegram,
            contact_automatically_at=_level(self.contact_automatically_at),
            show_reading_reasons=self.show_reading_reasons,
            pace=Pace(**self.pace.model_dump()),
            clocks=self.clocks.clocks(),
            holidays=tuple(days.days() for days in self.holidays),
            weekly_drill=weekly_drill(self.weekly_drill),
            watch_digest=read_time(self.watch_digest),
            quiet=read_quiet_hours(self.quiet_hours),
            retention_days=self.retention_days,
            break_minutes=self.break_minutes,
            exercises=own_exercises(folder / self.exercises_dir if self.exercises_dir else None),
            scales=own_scales(folder / self.scales_dir if self.scales_dir else None),
        )


def load_campus(file: Path | None) -> Campus:
    """Read the campus; without a file, the example campus of a fresh laptop.

    Raises SettingsError naming the file and the entry that is wrong.
    """
    if file is None:
        return Campus()
    try:
        content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        return _CampusFile.model_validate(content).campus(file.parent)
    except OSError as error:
        raise SettingsError(
            f"NUANYU_CAMPUS_FILE: cannot read {file}: {error.strerror or error}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: not valid TOML: {error}") from None
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, p['loc'])) or 'file'}: {p['msg'].removeprefix('Value error, ')}"
            for p in error.errors()
        )
        raise SettingsError(f"{file}: {problems}") from None


def _level(name: str | None) -> Level | None:
    return None if name is None else Level[name.upper()]


def _duty(duty: _Duty) -> DutyLine:
    return DutyLine(
        name=duty.name.wording(),
        phone=duty.phone,
        hours=tuple(
            OpenHours(days=frozenset(h.days), opens=h.opens, closes=h.closes) for h in duty.hours
        ),
    )
