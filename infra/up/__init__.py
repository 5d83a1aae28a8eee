"""One command starts everything, keeps it running, and leaves nothing behind: `nuanyu up`."""

from infra.up.commands import Command, Stage
from infra.up.preflight import StartRefused
from infra.up.start import up

__all__ = ["Command", "Stage", "StartRefused", "up"]
