"""The columns one by one: role, type, what is missing, how the values lie, what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dataaudit.profile import ColumnProfile, Profile
from dataaudit.report import bins
from dataaudit.report.text import column_label, number, percent, shown
from dataaudit.source.columns import Column
from dataaudit.table import Task

_BARS = 4  # as high as a name, a type and a finding beside them
HIDDEN = "sensitive: values are not shown"
_QUANTILES = {
    0.01: "1 %",
    0.05: "5 %",
    0.25: "25 %",
    0.5: "median",
    0.75: "75 %",
    0.95: "95 %",
    0.99: "99 %",
}


def anchors(names: Sequence[str]) -> dict[str, str]:
    """Return the place of each column on the page: counted, never derived from the name."""
    return {name: f"column-{i}" for i, name in enumerate(names, start=1)}


def describe(
    profile: Profile,
    *,
    columns: Mapping[str, Column],
    task: Task,
    sensitive: frozenset[str],
    findings: Sequence[Mapping[str, Any]],
    sample: pd.DataFrame | None,
) -> list[dict[str, Any]]:
    """Return one plain dictionary per column, in the order of the source.

    Parameters
    ----------
    profile, columns, task
        As the audit saw them.
    sensitive
        Columns of which only counts are told.
    findings
        As `findings.describe` gives them; linked from the columns they speak of.
    sample
        Whole rows for the histograms; None leaves them out.
    """
    places = anchors(list(profile.columns))
    return [
        {
            "anchor": places[name],
            "name": column_label(name),
            "dtype": column.dtype,
            **_role(name, task),
            **_counts(column),
            **(_hidden() if name in sensitive else _values(column, profile, sample)),
            "reading": [] if name in sensitive else _reading(columns.get(name)),
            "findings": _linked(places[name], findings),
        }
        for name, column in profile.columns.items()
    ]


def _role(name: str, task: Task) -> dict[str, str]:
    """Say what the column is to the network, and why where it is no feature."""
    roles = {task.target: "target", task.id: "id", task.group: "group", task.time: "time"}
    if name in roles:
        return {"role": roles[name], "role_reason": ""}
    if name in task.ignore:
        return {"role": "ignored", "role_reason": shown(task.ignore[name], 200)}
    return {"role": "feature", "role_reason": ""}


def _counts(column: ColumnProfile) -> dict[str, Any]:
    """Return what may be told of any column."""
    return {
        "rows": column.rows,
        "missing": column.missing,
        "missing_share": column.missing_share,
        "missing_text": percent(column.missing_share),
        "distinct": column.distinct,
        "distinct_text": column.distinct_text,
    }


def _hidden() -> dict[str, Any]:
    """Return what a sensitive column shows: no value."""
    return {"is_sensitive": True, "summary": HIDDEN, "facts": [], "chart": None}


def _values(column: ColumnProfile, profile: Profile, sample: pd.DataFrame | None) -> dict[str, Any]:
    """Return what shows values."""
    cells = None if sample is None else sample.get(column.name)
    is_few = column.distinct <= bins.TOP_BARS
    chart = None
    if column.dtype in ("int", "float", "date") and cells is not None and not is_few:
        chart = bins.histogram(cells, ordered=profile.ordered.get(column.name))
    return {
        "is_sensitive": False,
        "summary": _summary(column),
        "facts": _facts(column),
        "chart": chart or bins.levels(column, most=_BARS),
    }


def _summary(column: ColumnProfile) -> str:
    """Say in a few words how the values lie."""
    if not column.present:
        return "no value at all"
    if column.quantiles and column.dtype != "bool":
        low, middle, high = column.minimum, column.quantiles[0.5], column.maximum
        return f"{number(low)} to {number(high)}, median {number(middle)}"
    if column.dtype == "date":
        return f"{shown(column.minimum)[:10]} to {shown(column.maximum)[:10]}"
    if not column.top:
        return ""
    value, rows = column.top[0]
    return f"{shown(value)} in {percent(rows / column.present)}"


def _facts(column: ColumnProfile) -> list[list[str]]:
    """Return the rest of the profile as label and text, without what is zero or unknown."""
    numbers = {
        "minimum": column.minimum,
        **{label: column.quantiles.get(p) for p, label in _QUANTILES.items()},
        "maximum": column.maximum,
        "mean": column.mean,
        "standard deviation": column.std,
        "skewness": column.skewness,
        "excess kurtosis": column.kurtosis,
    }
    counts = {
        "zeros": column.zeros,
        "negative": column.negatives,
        "infinite": column.infinite,
        "blank": column.blank,
        "padded with blanks": column.padded,
        "longest text": column.max_length,
    }
    known = {**numbers, **{label: n for label, n in counts.items() if n}}
    return [[label, number(value)] for label, value in known.items() if value is not None]


def _reading(column: Column | None) -> list[str]:
    """Say how the cells became values."""
    if column is None:
        return []
    tokens = ", ".join(f"`{shown(token)}`" for token in column.nulls)
    return [
        *([f"Read as missing: {tokens}."] if tokens else []),
        *([f"Format: `{shown(column.format)}`."] if column.format else []),
        *([shown(column.reason, 300)] if column.reason else []),
    ]


def _linked(anchor: str, findings: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the findings that speak of this column, worst first as they come."""
    return [
        {key: finding[key] for key in ("anchor", "code", "severity", "check")}
        for finding in findings
        if any(column["anchor"] == anchor for column in finding["columns"])
    ]
