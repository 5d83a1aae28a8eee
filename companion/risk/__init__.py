"""How worried we are about a text, and why."""

from companion.risk.levels import Kind, Level, Subject, Verdict

__all__ = ["Kind", "Level", "Subject", "Verdict"]
