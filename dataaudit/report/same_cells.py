"""Findings of two checks that speak of the same cells, so that the report tells them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dataaudit.finding import Finding


def same_cells(found: Sequence[Finding]) -> Mapping[int, int]:
    """Return which finding is told with which other, by their positions.

    A stand-in for a missing value, say -999, lies far from every real value: the outliers of its
    column are then the same cells, and mending one mends the other.

    Examples
    --------
    >>> from dataaudit.finding import Severity
    >>> common = {"severity": Severity.WARNING, "columns": ("age",), "rows": 9, "message": ""}
    >>> code = Finding(
    ...     code="DA102", check="disguised", kind="codes", evidence={"value": -999.0}, **common
    ... )
    >>> far = Finding(
    ...     code="DA201", check="outliers", kind="cells", evidence={"low": 0, "high": 99}, **common
    ... )
    >>> same_cells([code, far])
    {1: 0}
    """
    return {
        i: k
        for i, far in enumerate(found)
        for k, code in enumerate(found)
        if (far.check, far.kind, code.check) == ("outliers", "cells", "disguised")
        and far.columns == code.columns
        and _explains(code, far)
    }


def _explains(code: Finding, far: Finding) -> bool:
    """Tell whether all the outliers of a column are its stand-ins for missing."""
    value, low, high = code.evidence.get("value"), far.evidence.get("low"), far.evidence.get("high")
    if not all(isinstance(x, int | float) for x in (value, low, high)):
        return False
    is_outside = not low <= value <= high  # type: ignore[operator] # all three are numbers
    return is_outside and (far.rows or 0) <= (code.rows or 0)
