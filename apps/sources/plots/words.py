"""Columns of texts on their way into a figure."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..queries.light_curves import numbered

FEW_WORDS = 256
"""Up to as many words a column's codes are bytes."""


@dataclass(frozen=True)
class Words:
    """A column of texts: which word each point has. Most columns have few words."""

    codes: NDArray
    words: list[str]

    @classmethod
    def of(cls, column: NDArray) -> Words:
        return cls(*numbered(column))

    def __getitem__(self, rows: NDArray) -> Words:
        occurring, codes = np.unique(self.codes[rows], return_inverse=True)
        return Words(codes.astype(np.int32), [self.words[code] for code in occurring.tolist()])

    def each(self, function: Callable[[str], str]) -> Words:
        """A function of the words, asked once for each."""
        return Words(self.codes, [function(word) for word in self.words])


def coded(columns: dict[str, NDArray | Words]) -> tuple[dict[str, NDArray], dict[str, dict[str, Any]]]:
    """Columns without text, and the text beside them: words, and which word each row has.

    Bokeh writes text by text, slowly: 5,000 points took half a second. The page puts the words back (`plots.js`).
    """
    numbers, texts = {}, {}
    for name, column in columns.items():
        if isinstance(column, Words):
            numbers[name] = np.zeros(len(column.codes), np.uint8)
            codes = column.codes.astype(np.uint8 if len(column.words) <= FEW_WORDS else np.int32)
            texts[name] = {"words": column.words, "codes": b64encode(codes.tobytes()).decode()}
        else:
            numbers[name] = column
    return numbers, texts
