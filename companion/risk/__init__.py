"""How worried we are about a text, and why."""

from companion.risk.levels import SCREENING_FAILED, Kind, Level, Subject, Verdict

__all__ = ["SCREENING_FAILED", "Kind", "Level", "Subject", "Verdict"]
