"""What a small chart shows: the bins of a column, its levels, the cells that it lacks.

Plain numbers; `charts` draws them. Nothing here is called for a sensitive column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dataaudit.profile import ColumnProfile
from dataaudit.report.text import finite, number, percent, shown

BINS = 28  # about 5 pixels a bar at the width of a phone's column
TOP_BARS = 6
_TAILS = (0.01, 0.99)
_FAR = 1.5  # of the middle 98 %: what lies further out is drawn as one bar, or it hides the shape


def histogram(
    values: pd.Series,
    *,
    ordered: np.ndarray | None = None,
    low: float | None = None,
    high: float | None = None,
    value: float | None = None,
) -> dict[str, Any] | None:
    """Return the bins of a number or date column.

    Parameters
    ----------
    values : Series of shape (sample rows,)
        Missing and infinite cells are left out.
    ordered : ndarray of float64, optional
        The others, ascending, where they were sorted already.
    low, high
        Bounds beyond which a cell is an outlier, if a check gave them.
    value
        The one value that a check speaks of, a sentinel or a cap.

    Returns
    -------
    dict or None
        ``counts`` per bin between ``start`` and ``stop``; ``below`` and ``above`` count what lies
        further out. None where nothing is left to draw.
    """
    is_date = pd.api.types.is_datetime64_any_dtype(values)
    cells = ordered if ordered is not None else _sorted(values, is_date=is_date)
    if not cells.size or cells[0] == cells[-1]:
        return None
    start, stop = _window(cells)
    first, last = np.searchsorted(cells, start), np.searchsorted(cells, stop, side="right")
    inside = cells[first:last]
    edges = _edges(start, stop, is_whole=bool((inside == np.floor(inside)).all()))
    if edges is None:
        return None
    write = _day if is_date else number
    return {
        "type": "histogram",
        "counts": _counts(inside, edges),
        "start": float(edges[0]),
        "stop": float(edges[-1]),
        "from": write(float(cells[0])),
        "to": write(float(cells[-1])),
        "below": int(first),
        "above": int(cells.size - last),
        "low": finite(low),
        "high": finite(high),
        "value": finite(value),
        "rows": int(cells.size),
    }


def _sorted(values: pd.Series, *, is_date: bool) -> np.ndarray:
    """Return the finite cells, dates as seconds since 1970."""
    seconds = values.dropna().astype("datetime64[s]").astype("int64") if is_date else values
    cells = np.asarray(seconds, dtype="float64")
    return np.sort(cells[np.isfinite(cells)])


def _counts(ordered: np.ndarray, edges: np.ndarray) -> list[int]:
    """Count the cells between edges; the last edge belongs to its bin."""
    upto = np.append(np.searchsorted(ordered, edges[:-1]), len(ordered))
    return [int(n) for n in np.diff(upto)]


def _window(ordered: np.ndarray) -> tuple[float, float]:
    """Return the range to draw: all of it, or the middle where a few cells lie far out."""
    first, last = (float(q) for q in np.quantile(ordered, _TAILS))
    reach = _FAR * (last - first)
    if not reach:
        return float(ordered[0]), float(ordered[-1])
    return max(float(ordered[0]), first - reach), min(float(ordered[-1]), last + reach)


def _edges(start: float, stop: float, *, is_whole: bool) -> np.ndarray | None:
    """Return bin edges; whole numbers get bins of a whole width, or their bars look like a comb."""
    if not np.isfinite(stop - start) or stop <= start:
        return None
    if is_whole and stop - start < 2**53:
        width = max(1, int(np.ceil((stop - start + 1) / BINS)))
        bins = int(np.ceil((stop - start + 1) / width))
        return start - 0.5 + width * np.arange(bins + 1)
    edges = np.linspace(start, stop, BINS + 1)
    return edges if (np.diff(edges) > 0).all() else None


def _day(seconds: float) -> str:
    """Return a day from seconds since 1970."""
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))


def levels(
    column: ColumnProfile, marked: Sequence[str] = (), *, most: int = TOP_BARS
) -> dict[str, Any] | None:
    """Return the most frequent values as bars, the rest as one.

    Parameters
    ----------
    column
        Its ``top`` values are drawn.
    marked
        Values that a finding speaks of, trimmed.
    most
        The largest number of bars.
    """
    if not column.top or not column.present:
        return None
    bars: list[dict[str, Any]] = [
        {
            "label": _label(value),
            "share": rows / column.present,
            "text": percent(rows / column.present),
            "kind": "marked" if str(value).strip() in marked else "",
        }
        for value, rows in column.top[:most]
    ]
    others = column.distinct - len(bars)
    if others > 0:
        rest = max(0.0, 1 - sum(bar["share"] for bar in bars))
        bars.append(
            {"label": f"{others:,} more", "share": rest, "text": percent(rest), "kind": "rest"}
        )
    return {"type": "bars", "bars": bars, "what": "share of present cells"}


def _label(value: object) -> str:
    """Write a level; one of blanks alone in quotes."""
    if isinstance(value, str):
        return shown(value) if value.strip() else f"'{shown(value)}'"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return number(value) if is_number else shown(str(value))


def missing(columns: Sequence[ColumnProfile], labels: Sequence[str]) -> dict[str, Any] | None:
    """Return the missing share of some columns as bars, the emptiest first."""
    pairs = sorted(zip(columns, labels, strict=True), key=lambda pair: -pair[0].missing_share)
    bars = [
        {
            "label": label,
            "share": column.missing_share,
            "text": percent(column.missing_share),
            "kind": "marked",
        }
        for column, label in pairs[:TOP_BARS]
        if column.missing
    ]
    return {"type": "bars", "bars": bars, "what": "missing cells"} if bars else None
