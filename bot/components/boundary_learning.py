"""Learns where statements begin from punctuated sentences (`boundaries.py`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.components.boundaries import Boundaries, places_of

_C = 0.5
_LEAST_SEEN = 3  # times a piece of text must occur to say anything


def learn_boundaries(texts: Sequence[str]) -> Boundaries | None:
    """The model of normalised texts, or None when no mark, or nothing but marks, parts them."""
    rows = [row for text in texts for row in places_of(text)]
    seen = Counter(piece for pieces, _ in rows for piece in pieces)
    columns = {piece: column for column, piece in enumerate(piece for piece, count in seen.items() if count >= _LEAST_SEEN)}
    begins = np.array([begins for _, begins in rows])
    if not columns or len(set(begins.tolist())) < 2:
        return None
    known = [[columns[piece] for piece in pieces if piece in columns] for pieces, _ in rows]
    ends = np.cumsum([0, *map(len, known)])
    flat = np.fromiter((column for row in known for column in row), dtype=np.intp, count=int(ends[-1]))
    table = csr_matrix((np.ones(len(flat), dtype=np.float32), flat, ends), shape=(len(rows), len(columns)))
    model = LogisticRegression(C=_C, solver="liblinear").fit(table, begins)
    return Boundaries(dict(zip(columns, model.coef_[0].tolist(), strict=True)), float(model.intercept_[0]))
