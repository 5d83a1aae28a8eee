"""Reading a weekly pattern of duty from a TOML file.

[[shift]]
login = "li"
duty = "primary"                # primary, backup or supervisor
days = [1, 2, 3, 4, 5]          # 1 = Monday … 7 = Sunday
from = 08:00:00
to = 20:00:00                   # not later than `from`: on the next day
when = "term"                   # term, exams, holidays or always
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from companion.errors import BadInput
from companion.staff.duty import Duty
from companion.staff.people import Staff
from companion.staff.roster import Weekly, When


class _Shift(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    login: Annotated[str, Field(min_length=1)]
    duty: Duty
    days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1)]
    starts: time = Field(alias="from")
    ends: time = Field(alias="to")
    when: When = When.TERM


class _Pattern(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    shift: Annotated[list[_Shift], Field(min_length=1)]


def load_pattern(file: Path, *, staff: Mapping[str, Staff]) -> tuple[Weekly, ...]:
    """Read a weekly pattern; `staff` are the accounts in use, by login.

    Raises BadInput naming the file and the entry that is wrong.
    """
    try:
        pattern = _Pattern.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadInput(f"cannot read {file}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: not valid TOML: {error}") from None
    except ValidationError as error:
        problems = "; ".join(f"{_place(p['loc'])}: {p['msg']}" for p in error.errors())
        raise BadInput(f"{file}: {problems}") from None
    unknown = sorted({line.login for line in pattern.shift if line.login.lower() not in staff})
    if unknown:
        raise BadInput(
            f"{file}: no account in use for {', '.join(unknown)}: see `nuanyu staff list`"
        )
    return tuple(_weekly(line, staff[line.login.lower()]) for line in pattern.shift)


def _place(places: tuple[int | str, ...]) -> str:
    """Return where in the file, as "shift 2 days"."""
    words = [str(place + 1) if isinstance(place, int) else place for place in places]
    return " ".join(words) or "file"


def _weekly(line: _Shift, staff: Staff) -> Weekly:
    return Weekly(
        staff_id=staff.id,
        duty=line.duty,
        days=frozenset(line.days),
        starts=line.starts,
        ends=line.ends,
        when=line.when,
    )
