"""Columns measured on scales so different that a network cannot learn from them.

What
----
Compares the spread of the number columns (standard deviation; half the range where the middle half
of the rows is one value, or where there are two values), and looks for cells that stay far out
after the scaling that is configured.

Why a network minds
-------------------
A column a thousand times wider than the others gets gradients a thousand times larger: a learning
rate that suits it freezes the rest. Scaling is the one cleaning step with a large effect on a
multilayer perceptron on nearly every table: .808 to .855 on Adult, .796 to .855 on Churn, an error
of 1.118 to .509 on California housing [1]_. One standardised column made 100 times as wide cost a
64-32 network 0, 0.6, 4.9 and 9.8 points of accuracy (pima, breast cancer, wine, a made-up table;
means of six seeds), 1,000 times 3.6 to 25, 10,000 times 15 to 51: hence the ratio of 100.

When this rule is wrong
-----------------------
Trees do not care. Columns that already share a meaningful range (pixels, shares, values in -1 to 1)
may do better left alone: on ionosphere a network scored .945 raw and .894 after robust scaling.
Where the distance between two columns carries the meaning, scaling each by itself destroys it.

What the remedy changes
-----------------------
`SmoothRobustScaler` maps every number column to (x - median) / IQR and bends the far ends smoothly
to within -3 and 3. The order of values is kept, so nothing is lost but the unit; the far ends are
pressed together. scikit-learn's ``RobustScaler`` leaves a column as it is where its IQR is 0, which
costs 3 points of accuracy on Adult; ours does not. The other methods are scikit-learn's own.

References
----------
.. [1] Gorishniy et al., On embeddings for numerical features in tabular deep learning,
   NeurIPS 2022: the published results of the MLP, 15 seeds each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd
from pydantic import Field
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, StandardScaler

from dataaudit.defects import Defect
from dataaudit.errors import ConfigError
from dataaudit.estimator import FrameTransformer, floats, numbers
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.profile import ColumnProfile
from dataaudit.table import Table

Fallback = Literal["std", "half_range"]
_QUANTILES = 100  # percentiles; scikit-learn's 1,000 would follow the noise of small tables


class Scale(Defect):
    """Spreads that differ too much, and cells far out after scaling.

    Parameters
    ----------
    method
        What scales the number columns: ``robust`` (`SmoothRobustScaler`), ``standard``, ``minmax``
        or ``quantile`` (scikit-learn's), or ``none``.
    clip
        Where ``robust`` bends the far ends: no cell ends further out than this many spreads; None
        leaves them as they are.
    fallback
        What ``robust`` divides by where the IQR is 0: ``std`` or ``half_range``.
    ratio
        The largest spread over the smallest from which it is a warning.
    far
        Spreads from the middle from which a cell is far out after scaling.
    """

    code = "DA202"

    def __init__(
        self,
        *,
        method: Literal["robust", "standard", "minmax", "quantile", "none"] = "robust",
        clip: Annotated[float, Field(gt=0)] | None = 3.0,
        fallback: Fallback = "std",
        ratio: Annotated[float, Field(gt=1)] = 100.0,
        far: Annotated[float, Field(gt=0)] = 20.0,
    ) -> None:
        self.method, self.clip, self.fallback = method, clip, fallback
        self.ratio, self.far = ratio, far

    def applies(self, table: Table) -> str:
        """Need a number feature."""
        return "" if table.number_features else "no number column among the features"

    def detect(self, table: Table) -> Iterator[Finding]:
        """Yield at most one finding of each kind."""
        columns = [table.profile[name] for name in table.number_features]
        varied = {column.name: column for column in columns if _varies(column)}
        yield from self._spread({name: _spread(column) for name, column in varied.items()})
        yield from self._no_iqr([n for n, c in varied.items() if not c.iqr and not _is_flag(c)])
        yield from self._far(varied)

    def _spread(self, spreads: dict[str, float]) -> Iterator[Finding]:
        """Compare the widest column with the narrowest."""
        if not spreads:
            return
        wide, narrow = max(spreads, key=spreads.__getitem__), min(spreads, key=spreads.__getitem__)
        ratio = spreads[wide] / spreads[narrow]
        if ratio > self.ratio:
            yield self.finding(
                "spread",
                Severity.WARNING,
                f"`{wide}` spreads {_times(ratio)} as wide as `{narrow}` "
                f"({spreads[wide]:.3g} to {spreads[narrow]:.3g}); "
                "unscaled, a network hardly learns from the narrow columns.",
                columns=[wide, narrow],
                evidence={"ratio": ratio, "spreads": spreads},
                remedy=Remedy(action="Scale the number columns.", step="scale"),
            )

    def _no_iqr(self, names: list[str]) -> Iterator[Finding]:
        """Name the columns whose middle half is one value."""
        if names:
            yield self.finding(
                "no_iqr",
                Severity.INFO,
                f"{_columns(names)} one value in the middle half of the rows (IQR 0); "
                "scikit-learn's RobustScaler leaves such a column unscaled, `scale` does not.",
                columns=names,
                remedy=Remedy(action="Scale with a fallback.", step="scale"),
            )

    def _far(self, columns: dict[str, ColumnProfile]) -> Iterator[Finding]:
        """Name the columns that still reach far out after the configured scaling."""
        reach = {name: self._reach(column) for name, column in columns.items()}
        names = sorted((n for n in reach if reach[n] > self.far), key=lambda n: -reach[n])
        if names:
            yield self.finding(
                "far",
                Severity.WARNING,
                f"After `scale: {{method: {self.method}}}`, `{names[0]}` still reaches "
                f"{reach[names[0]]:.0f} spreads from the middle"
                f"{f', and {len(names) - 1} more do so' if len(names) > 1 else ''}; "
                f"more than {self.far:g} lets a few rows rule the training.",
                columns=names,
                evidence={"reach": {name: reach[name] for name in names}},
                remedy=Remedy(
                    action="Bend the far ends.",
                    step="scale",
                    params={"method": "robust", "clip": 3.0},
                ),
            )

    def _reach(self, column: ColumnProfile) -> float:
        """Return the largest distance from the middle after scaling, in spreads."""
        low, high = float(column.minimum or 0), float(column.maximum or 0)
        if self.method == "standard" and column.mean is not None and column.std:
            return max(high - column.mean, column.mean - low) / column.std
        if self.method == "robust" and self.clip is None:
            middle = column.quantiles[0.5]
            spread = column.iqr or (column.std if self.fallback == "std" else (high - low) / 2)
            return max(high - middle, middle - low) / spread if spread else 0.0
        return 0.0  # bounded by construction, or nothing is scaled and `spread` speaks

    def remedy(self) -> BaseEstimator | None:
        """Return our scaler, or scikit-learn's on the number columns; None for ``none``."""
        if self.method == "none":
            return None
        if self.method == "robust":
            return SmoothRobustScaler(clip=self.clip, fallback=self.fallback)
        scalers = {
            "standard": StandardScaler(),
            "minmax": MinMaxScaler(),
            "quantile": QuantileTransformer(
                n_quantiles=_QUANTILES, output_distribution="normal", random_state=0
            ),
        }
        return ColumnTransformer(
            [("scale", scalers[self.method], numbers)],
            remainder="passthrough",
            verbose_feature_names_out=False,
        ).set_output(transform="pandas")


def _varies(column: ColumnProfile) -> bool:
    """Tell whether a column has two finite values."""
    return column.minimum is not None and column.minimum != column.maximum


def _is_flag(column: ColumnProfile) -> bool:
    """Tell whether a column has two values, which no IQR describes."""
    return column.distinct == 2  # noqa: PLR2004 - two values


def _spread(column: ColumnProfile) -> float:
    """Return the standard deviation, or half the range where it would mislead."""
    half_range = (float(column.maximum or 0) - float(column.minimum or 0)) / 2
    return half_range if _is_flag(column) or not column.iqr or not column.std else column.std


def _times(ratio: float) -> str:
    """Word a ratio: "348 times", "2.1e+12 times"."""
    return f"{ratio:,.0f} times" if ratio < 1e9 else f"{ratio:.1e} times"  # noqa: PLR2004 - digits that still read


def _columns(names: list[str]) -> str:
    """Word a list of columns and its verb, at most three names long."""
    shown = ", ".join(f"`{name}`" for name in names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 - three names shown
    return f"{shown}{more} {'has' if len(names) == 1 else 'have'}"


class SmoothRobustScaler(FrameTransformer):
    """Scale number columns by median and IQR, and bend the far ends smoothly.

    z = (x - median) / IQR, then z / sqrt(1 + (z / clip)^2). Missing cells stay missing, infinite
    ones go to the end they point at; other columns pass through.

    Parameters
    ----------
    clip : float or None, default=3.0
        No cell ends further out than this; None leaves the far ends as they are.
    fallback : {"std", "half_range"}, default="std"
        What to divide by where the IQR is 0: the standard deviation, or half the range.

    Attributes
    ----------
    numbers_ : list of str
        The columns that are scaled, k of them.
    center_ : ndarray of shape (k,), float64
        Their medians over the finite training cells; 0 where there are none.
    scale_ : ndarray of shape (k,), float64
        What they are divided by; infinite where the training cells are one value, which gives 0.

    References
    ----------
    Holzmüller, Grinsztajn and Steinwart, Better by default: strong pre-tuned MLPs and boosted trees
    on tabular data, NeurIPS 2024 (their ``robust_scale`` and ``smooth_clip`` in pytabkit; half the
    range is their fallback). ``benchmarks/scalers.py``, 64-32 network, four seeds, accuracy in
    percent (R2 for taxis' tips), with clip unless said:

    ============  ====  ==============  ==========  ====  ============  ========
    table         raw   RobustScaler    half range  std   std, no clip  standard
    ============  ====  ==============  ==========  ====  ============  ========
    adult         51.4  81.5            84.5        84.8  84.9          84.9
    mammography   98.6  98.6            98.7        98.5  98.6          98.6
    cardio        98.1  98.1            98.1        98.1  98.1          98.1
    digits        96.3  96.0            96.5        96.4  96.2          96.6
    taxis (tip)   51.4  55.5            54.0        53.5  56.0          55.7
    ============  ====  ==============  ==========  ====  ============  ========

    The fallback plays no part on tables without a column of IQR 0: pima, wine, thyroid, breast
    cancer. ``std`` wins where the two differ by more than their seeds do (adult, 0.1 to 0.3).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"gain": [0.0, 0.0, 0.0, 0.0, 0.0, 9.0], "job": list("abcabc")})
    >>> SmoothRobustScaler().fit_transform(frame).round(2)
       gain job
    0   0.0   a
    1   0.0   b
    2   0.0   c
    3   0.0   a
    4   0.0   b
    5   2.0   c
    """

    def __init__(self, *, clip: float | None = 3.0, fallback: Fallback = "std") -> None:
        self.clip, self.fallback = clip, fallback

    def _learn(self, frame: pd.DataFrame, y: Any) -> None:  # noqa: ARG002 - labels play no part
        if self.clip is not None and not self.clip > 0:
            raise ConfigError("scale.clip", expected="a number above 0 or null", found=self.clip)
        if self.fallback not in get_args(Fallback):
            raise ConfigError("scale.fallback", expected="std or half_range", found=self.fallback)
        self.numbers_ = numbers(frame)
        cells = [x[np.isfinite(x)] for x in (floats(frame[name]) for name in self.numbers_)]
        self.center_ = np.array([np.median(x) if x.size else 0.0 for x in cells])
        self.scale_ = np.array([self._spread(x) for x in cells])

    def _spread(self, cells: np.ndarray) -> float:
        """Return what to divide by; infinite for a constant column, which thus becomes 0."""
        if not cells.size or cells.min() == cells.max():
            return np.inf
        low, high = np.quantile(cells, [0.25, 0.75])
        if high > low:
            return float(high - low)
        return float(np.std(cells) if self.fallback == "std" else np.ptp(cells) / 2)

    def _apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.copy()
        for name, center, scale in zip(self.numbers_, self.center_, self.scale_, strict=True):
            frame[name] = self._scaled(floats(frame[name]), center, scale)
        return frame

    def _scaled(self, cells: np.ndarray, center: float, scale: float) -> np.ndarray:
        """Scale the cells of one column, shape (rows,)."""
        if np.isinf(scale):
            return np.where(np.isnan(cells), np.nan, 0.0)
        with np.errstate(over="ignore", invalid="ignore"):  # beyond the doubles: set right below
            z = (cells - center) / scale
            if self.clip is None:
                return z
            bent = z / np.hypot(1.0, z / self.clip)
        return np.where(np.isinf(z), np.copysign(self.clip, z), bent)
