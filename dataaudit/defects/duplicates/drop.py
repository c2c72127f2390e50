"""The remedy: a sampler that keeps the first of equal rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dataaudit.sampler import FrameSampler


class DropDuplicateRows(FrameSampler):
    """Keep the first of equal rows, target included; a sampler, so training rows only.

    Attributes
    ----------
    sample_indices_ : ndarray of int, shape (n_samples_new,)
        Positions of the rows that stay, ascending.

    Examples
    --------
    >>> import pandas as pd
    >>> sampler = DropDuplicateRows()
    >>> X, y = sampler.fit_resample(pd.DataFrame({"a": [1, 1, 1]}), pd.Series(["n", "n", "y"]))
    >>> sampler.sample_indices_.tolist()
    [0, 2]
    """

    _stage = "duplicates"
    _needs_classes = False

    def __init__(self) -> None:
        """Take no parameters."""

    def _fit_resample(
        self, frame: pd.DataFrame, labels: np.ndarray
    ) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
        frame = frame.reset_index(drop=True)
        columns = [frame.iloc[:, place] for place in range(frame.shape[1])]
        columns += [column for _, column in pd.DataFrame(labels).items()]
        codes = pd.DataFrame(
            {place: pd.factorize(column)[0] for place, column in enumerate(columns)}
        )
        kept = np.flatnonzero(~codes.duplicated().to_numpy())
        return kept, frame.iloc[:0], kept[:0]
