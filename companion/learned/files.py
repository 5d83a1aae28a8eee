"""Model files: read once, checked against the manifest, never trusted blindly."""

from __future__ import annotations

import hashlib
import io
import tomllib
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from companion.errors import NuanyuError

Arrays: TypeAlias = Mapping[str, NDArray[np.generic]]

MANIFEST = "manifest.toml"


class ModelUnusableError(NuanyuError):
    """A model file is missing or damaged; install Nuanyu anew or train the model again."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name}: {reason}. Install Nuanyu anew, or train it: python -m lab --help"
        )
        self.name = name


def folder() -> Traversable:
    """Return the folder that holds the models that ship with Nuanyu."""
    return resources.files("companion.learned") / "files"


@cache
def arrays(name: str) -> Arrays:
    """Return the arrays of one model file, such as "risk_zh".

    Raises ModelUnusableError when the file is missing, not in the manifest, or not what the
    manifest's SHA-256 says.
    """
    data = _bytes_of(f"{name}.npz")
    expected = _manifest().get(name, {}).get("sha256")
    if hashlib.sha256(data).hexdigest() != expected:
        raise ModelUnusableError(name, "the file is not the one named in the manifest")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except (ValueError, zipfile.BadZipFile, OSError) as error:
        raise ModelUnusableError(name, "the file cannot be read") from error


def strings(packed: NDArray[np.generic]) -> list[str]:
    """Return what `packed_strings` stored: one string per line, UTF-8."""
    return packed.astype(np.uint8).tobytes().decode().split("\n")


def packed_strings(texts: list[str]) -> NDArray[np.uint8]:
    """Return strings without line breaks as one array of bytes."""
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def dequantised(stored: Arrays, key: str) -> NDArray[np.float32]:
    """Return a matrix kept as 8-bit rows and one scale per row, shape (rows, columns)."""
    return stored[key].astype(np.float32) * stored[f"{key}_scale"].astype(np.float32)[:, None]


def quantised(key: str, matrix: NDArray[np.float32]) -> dict[str, NDArray[np.generic]]:
    """Return a matrix as 8-bit rows and one scale per row, under the names `dequantised` reads."""
    scale = np.abs(matrix).max(axis=1) / 127 + 1e-12
    rows = np.round(matrix / scale[:, None]).astype(np.int8)
    return {key: rows, f"{key}_scale": scale.astype(np.float32)}


def _bytes_of(file: str) -> bytes:
    try:
        return (folder() / file).read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise ModelUnusableError(file.removesuffix(".npz"), "the file is missing") from error


@cache
def _manifest() -> Mapping[str, Mapping[str, str]]:
    try:
        return tomllib.loads(_bytes_of(MANIFEST).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelUnusableError(MANIFEST, "the manifest cannot be read") from error
