"""A self-test in a terminal: each planted defect, what found it, what it cost, what came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

_POINTS = frozenset({"accuracy", "balanced_accuracy"})
_REAL = 0.01  # a loss smaller than this says nothing of how much came back
_FOUND = {True: "yes", False: "no", None: "takes training"}


def show(test: Mapping[str, Any], console: Console | None = None) -> None:
    """Print a self-test.

    Parameters
    ----------
    test
        As `dataaudit.selftest.SelfTest.to_dict` gives it.
    console
        Where to; stderr by default.
    """
    console = console or Console(stderr=True)
    unit = "points of " if test["metric"] in _POINTS else ""
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in (
        "defect",
        "audit",
        f"cost, {unit}{test['metric'].replace('_', ' ')}",
        "cause named",
        "back",
    ):
        grid.add_column(name, overflow="fold")
    for line in test["defects"]:
        if line["lost"] is not None:
            grid.add_row(*(Text(cell) for cell in _cells(line, test["metric"])))
    console.print(grid)
    console.print()
    for line in test["defects"]:
        console.print(Text(f"{line['defect']}: {line['planted']}", "dim"))


def _cells(line: Mapping[str, Any], metric: str) -> tuple[str, ...]:
    """Return the cells of one defect."""
    scale, digits = (100, 1) if metric in _POINTS else (1, 3)
    value, low, high = (f"{scale * line[key]:.{digits}f}" for key in ("lost", "low", "high"))
    back, own = line["recovered"], line.get("metric", "")
    return (
        line["defect"],
        _FOUND[line["is_found"]],
        f"{value} ({low} to {high})" + (" of " + own.replace("_", " ")) * (own not in ("", metric)),
        _named(line),
        "-" if back is None or line["lost"] < _REAL else f"{back:.0%}",
    )


def _named(line: Mapping[str, Any]) -> str:
    """Return whether the cause is named, and in which place."""
    if not line["rank"]:
        return "no"
    word = "proven" if line["rank"] <= line["proven"] else "suspected"
    return f"{line['cause']}, {word}, place {line['rank']}"
