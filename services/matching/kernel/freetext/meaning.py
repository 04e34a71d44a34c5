"""What a text is about as one direction in the space of the encoder: the mean over its lines."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.freetext.mentions import lines_of
from services.matching.kernel.freetext.occupations import Encode
from services.matching.kernel.records import FreeText

MOST_LINES = 60
LONGEST_LINE = 300  # characters


def meanings(texts: Sequence[FreeText], plain: Sequence[str], encode: Encode) -> NDArray[np.float32]:
    """Rows of length 1 (0 for a text without words), float32 [n, d]; every distinct line is encoded once."""
    lines = [[line[:LONGEST_LINE] for line in lines_of(text)[:MOST_LINES]] for text in plain]
    total: NDArray[np.float32] | None = None
    for language in sorted({text.language for text in texts}):
        mine = [number for number, text in enumerate(texts) if text.language == language]
        distinct = sorted({line for number in mine for line in lines[number]})
        vectors = encode(distinct or [""], language)
        place = {line: number for number, line in enumerate(distinct)}
        if total is None:
            total = np.zeros((len(texts), vectors.shape[1]), np.float32)
        for number in mine:
            if lines[number]:
                total[number] = vectors[[place[line] for line in lines[number]]].mean(axis=0)
    if total is None:
        return np.zeros((0, 1), np.float32)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    unit: NDArray[np.float32] = total / np.maximum(length, 1e-12)
    return unit
