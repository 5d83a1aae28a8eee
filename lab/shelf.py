"""Where trained models are put: into the package, with their sums in the manifest."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from companion.learned.files import MANIFEST, Arrays

FOLDER = Path(__file__).parents[1] / "companion" / "learned" / "files"


def put(name: str, stored: Arrays, *, folder: Path = FOLDER) -> Path:
    """Write a model file and bring the manifest up to date; returns the file."""
    path = folder / f"{name}.npz"
    np.savez_compressed(path, allow_pickle=False, **stored)
    entries = [
        f'[{file.stem}]\nsha256 = "{hashlib.sha256(file.read_bytes()).hexdigest()}"\n'
        for file in sorted(folder.glob("*.npz"))
    ]
    (folder / MANIFEST).write_text("\n".join(entries), encoding="utf-8")
    return path
