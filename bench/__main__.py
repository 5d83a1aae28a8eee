"""`python -m bench [PART …]`: measure all parts or the named ones, print a table, write a file."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench import chart, crisis, intake, nudges, ranking, talk
from bench.table import Figure, save, show

_PARTS = {
    "intake": intake.measure,
    "talk": talk.measure,
    "crisis": crisis.measure,
    "chart": chart.measure,
    "ranking": ranking.measure,
    "nudges": nudges.measure,
}
_OUT = Path("build/bench.json")


def main(names: list[str]) -> int:
    """Measure the named parts, or all."""
    unknown = [name for name in names if name not in _PARTS]
    if unknown:
        print(f"no such benchmark: {unknown[0]}; there are {', '.join(_PARTS)}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="nuanyu-bench-") as folder:
        for name in names or _PARTS:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            figures += _PARTS[name](Path(folder))
    show(figures)
    save(figures, _OUT)
    print(f"written to {_OUT}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
