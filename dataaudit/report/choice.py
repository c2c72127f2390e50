"""How the cleaning was chosen: the candidates, the honest gain, and what the best would have said.

Everything is worded here; the template and the terminal only lay it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group
from rich.table import Table as Grid
from rich.text import Text

from dataaudit.report.metrics import between, difference, metric, written
from dataaudit.report.text import NOTHING, shown

_WAYS = {
    "none": "nothing",
    "threshold": "threshold at the share of the class",
    "class_weight": "class weights",
    "smote": "SMOTE",
    "undersample": "undersampling",
}
_COLUMNS = {
    "way": "Rare class",
    "balanced": "balanced accuracy",
    "recall": "recall",
    "precision": "precision",
    "auc": "AUC",
    "oe": "O/E",
    "trained": "log-loss as trained",
}
_HEADS = (
    "Seen gain: over doing nothing, on the rows that made the choice. Picked: share of 1,000 draws "
    "of these rows in which the rule took it."
)
_WIDEST = 110  # as the rest of the report in a terminal


def describe(
    part: Mapping[str, Any] | None, balance: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """Return what the report shows of a choice; None where none was made.

    Parameters
    ----------
    part, balance
        What stands in ``evidence.json`` under ``choice`` and ``balance``.
    """
    if not part or "candidates" not in part:
        return None
    name = part["metric"]
    return {
        "label": metric(name).label,
        "sentence": shown(part["sentence"], 600),
        "lesson": shown(part["lesson"], 300),
        "plan": shown(part["plan"], 300),
        "promise": _promise(part),
        "candidates": [_line(one, part) for one in part["candidates"]],
        "refused": [[shown(key, 120), shown(why, 300)] for key, why in part["refused"].items()],
        "steps": [_step(step, params) for step, params in part["clean"]],
        "balance": _balance(balance or {}),
    }


def _promise(part: Mapping[str, Any]) -> str:
    """Say what to expect on rows not seen, and what came there."""
    promised, realised = part.get("promise"), part.get("realised")
    if not promised or part["recommended"] == part["candidates"][0]["name"]:
        return ""
    name = part["metric"]
    reach = between(name, promised["low"], promised["high"], is_difference=True)
    text = (
        f"On {promised['rows']:,} rows that the choice never saw, expect "
        f"{difference(name, promised['value'])} (95 % prediction interval {reach})."
    )
    if realised is None:
        return text
    inside = promised["low"] <= realised <= promised["high"]
    found = f"It came to {difference(name, realised)}"
    return f"{text} {found}{', as promised' if inside else ', outside the promise'}."


def _line(one: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """Return one candidate."""
    is_taken = one["name"] == part["recommended"]
    times = one["repeats"]
    return {
        "name": shown(one["name"], 120),
        "gain": difference(part["metric"], one["seen_gain"]) if one["changes"] else NOTHING,
        "times": "1 repeat" if times == 1 else f"{times} repeats",
        "picked": f"{one['picked']:.0%}",
        "left": "recommended" if is_taken else shown(one["left"], 160),
        "is_taken": is_taken,
    }


def _step(name: str, params: Mapping[str, Any]) -> str:
    """Return a step on one line."""
    said = ", ".join(f"{key}: {value}" for key, value in params.items())
    return shown(f"{name} ({said})" if said else name, 160)


def _balance(part: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the ways to treat a rare class, side by side."""
    if not part:
        return None
    return {
        "advice": shown(part["advice"], 400),
        "label": shown(part["class"], 60),
        "rows": [_way(one, part["chosen"]) for one in part["methods"]],
    }


def _way(one: Mapping[str, Any], chosen: str) -> dict[str, Any]:
    """Return one way: operating point, ranking, calibration."""

    def of(name: str, values: Mapping[str, Any] = one) -> str:
        return written(name, (values.get(name) or {}).get("value"))

    trained = one["as_trained"]
    return {
        "way": _WAYS.get(one["method"], shown(one["method"])),
        "is_taken": one["method"] == chosen,
        "balanced": of("balanced_accuracy"),
        "recall": written("recall", one["recall"]),
        "precision": written("precision", one["precision"]),
        "auc": of("auc"),
        "log_loss": of("log_loss"),
        "brier": of("brier"),
        "oe": of("oe"),
        "trained": f"{of('log_loss', trained)}, O/E {of('oe', trained)}" if trained else NOTHING,
    }


def lines(choice: Mapping[str, Any]) -> Group:
    """Return the choice for a terminal."""
    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for head in ("Candidate", "seen gain", "picked"):
        grid.add_column(head, justify="left" if head == "Candidate" else "right", overflow="fold")
    grid.add_column("", overflow="fold")
    for one in choice["candidates"]:
        style = "bold" if one["is_taken"] else ""
        grid.add_row(*(Text(one[key], style) for key in ("name", "gain", "picked", "left")))
    said = [choice["sentence"], choice["lesson"], choice["promise"]]
    title = Text.assemble(("Choice of the cleaning", "bold"), f"  {choice['label']}")
    refused = [Text(f"{name}: {why}", "dim") for name, why in choice["refused"]]
    ways = _ways(choice["balance"]) if choice["balance"] else []
    noted = [Text(_HEADS, "dim"), *refused, *(Text(line) for line in said if line)]
    return Group(title, grid, *noted, *ways)


def _ways(balance: Mapping[str, Any]) -> list[Any]:
    """Return the ways to treat the rare class for a terminal, all other steps as in doing nothing.

    Recall and precision are of the rare class; O/E is predicted over actual, with the
    shares of the classes put back; how far off training left it stands last.
    """
    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for key, head in _COLUMNS.items():
        grid.add_column(head, justify="left" if key == "way" else "right", overflow="fold")
    for one in balance["rows"]:
        cells = [str(one[key]) for key in _COLUMNS]
        grid.add_row(*(Text(cell, "bold" if one["is_taken"] else "") for cell in cells))
    return [Text(), grid, Text(balance["advice"])]


def show(choice: Mapping[str, Any] | None, console: Console | None = None) -> None:
    """Print the choice; stderr by default."""
    console = console or Console(stderr=True)
    if choice is not None:
        console.print()
        console.print(lines(choice), width=min(console.width, _WIDEST))
