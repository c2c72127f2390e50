"""The estimator that gives every level one spelling."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dataaudit.defects.categories.spelling import RATIO, key, respellings, slips
from dataaudit.estimator import FrameTransformer, texts


class NormalizeLevels(FrameTransformer):
    """Trim levels and give each the spelling that is most frequent in the training rows.

    A level that was never seen is trimmed and kept.

    Parameters
    ----------
    merge
        Whether typing errors are mended too.
    ratio
        How many times more frequent the right spelling must be for that.

    Attributes
    ----------
    spellings_ : dict of str to dict
        By column: the level in lower case and trimmed -> its spelling.

    Examples
    --------
    >>> frame = pd.DataFrame({"town": [" Ash", "Ash", "ASH", "birch", None]})
    >>> NormalizeLevels().fit_transform(frame)["town"].tolist()
    ['Ash', 'Ash', 'Ash', 'birch', nan]
    """

    def __init__(self, *, merge: bool = False, ratio: float = RATIO) -> None:
        self.merge, self.ratio = merge, ratio

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        self.spellings_ = {name: self._of(frame[name]) for name in texts(frame)}

    def _of(self, values: pd.Series) -> dict[str, str]:
        """Learn the spellings of one column."""
        counts = {
            str(level): int(n) for level, n in values.dropna().astype(str).value_counts().items()
        }
        spellings = respellings(counts)
        wrong = slips(counts, self.ratio) if self.merge else {}
        return spellings | {one: spellings[right] for one, right in wrong.items()}

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        changed = {name: _spelt(frame[name], known) for name, known in self.spellings_.items()}
        return frame.assign(**changed)


def _spelt(values: pd.Series, known: dict[str, str]) -> pd.Series:
    """Spell one column; each different cell is looked at once."""
    cells = values.astype("str")
    levels = {
        level: known.get(key(level), " ".join(level.split())) for level in cells.dropna().unique()
    }
    return cells.map(levels).astype("str")
