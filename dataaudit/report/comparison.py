"""The evidence, before and after, as the page and the terminal show it.

Takes ``evidence.json`` as it is and adds words and positions; no statistic is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataaudit.report.metrics import between, difference, metric, written
from dataaudit.report.text import NOTHING, count, finite, number, plain, shown
from dataaudit.table import Task

TONES = {
    "helps": "good",
    "harms": "bad",
    "no practical difference": "calm",
    "undecided": "open",
}
_ROOM = 0.08  # of the range, left free at both ends of a scale
_STEPS = (1, 2, 2.5, 5, 10)
_TICKS = 5
_LONGEST_CURVE = 200  # points; more than a screen has pixels for


def describe(
    evidence: Mapping[str, Any], *, task: Task, sensitive: frozenset[str]
) -> dict[str, Any]:
    """Return the comparison of the arms.

    Parameters
    ----------
    evidence
        The content of ``evidence.json``.
    task, sensitive
        The labels of a sensitive target are numbered, not named.
    """
    evidence = plain(evidence)
    name, arms = evidence["metric"], evidence.get("arms", {})
    hidden = task.classes if task.target in sensitive else ()
    labels = {label: f"class {i}" for i, label in enumerate(hidden, start=1)}
    return {
        "metric": name,
        "label": metric(name).label,
        "reading": metric(name).reading,
        "is_share": metric(name).is_share,
        "arms": [_arm(arm, name, value) for arm, value in arms.items()],
        "scale": _scale([a.get("metrics", {}).get(name, {}) for a in arms.values()], name),
        "verdicts": [_verdict(verdict) for verdict in evidence.get("verdicts", [])],
        "effects": _effects(evidence.get("verdicts", []), name),
        "metrics": _metrics(arms, name),
        "classes": _classes(arms, labels),
        "curves": _curves(evidence.get("curves", {})),
        "plan": _plan(evidence.get("plan", {})),
        "notes": [shown(note, 500) for note in evidence.get("notes", [])],
    }


def _arm(arm: str, name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """Return one arm with its score on the primary metric."""
    score = value.get("metrics", {}).get(name, {})
    test = value.get("test", {}).get(name)
    return {
        "arm": arm,
        "description": shown(value.get("description", ""), 300),
        **{key: score.get(key) for key in ("value", "low", "high")},
        "text": written(name, score.get("value")),
        "interval": between(name, score.get("low"), score.get("high")),
        "test": "" if finite(test) is None else written(name, test),
    }


def _scale(scores: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    """Return an axis that holds all scores and their intervals."""
    ends = [score.get(key) for score in scores for key in ("value", "low", "high")]
    return axis([end for end in ends if end is not None], lambda value: written(name, value))


def _effects(verdicts: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    """Return an axis that holds all effects on the primary metric, and zero."""
    ends = [v.get(key) for v in verdicts for key in ("effect", "low", "high")]
    known = [0.0, *(end for end in ends if end is not None)]
    return axis(known, lambda v: difference(name, v).removesuffix(" points") if v else "0")


def axis(values: Sequence[float], write: Any) -> dict[str, Any]:
    """Return an axis with round ticks.

    Returns
    -------
    dict
        ``start`` and ``stop``, and ``ticks`` with ``at`` (on the axis) and ``text``.
    """
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    span = (high - low) or abs(high) or 1.0
    start, stop = low - _ROOM * span, high + _ROOM * span
    step = _round_step((stop - start) / _TICKS)
    first, last = int(-(-start // step)), int(stop // step)
    ticks = [round(i * step, 12) for i in range(first, last + 1)]
    return {"start": start, "stop": stop, "ticks": [{"at": t, "text": write(t)} for t in ticks]}


def _round_step(rough: float) -> float:
    """Return the next larger of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** (len(f"{rough:.0f}") - 1) if rough >= 1 else 1.0
    while power > rough:
        power /= 10
    return next(power * step for step in _STEPS if power * step >= rough)


def _verdict(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Return one comparison of two arms in words."""
    name = verdict.get("metric", "")
    effect = {
        key: verdict.get(key) for key in ("before", "after", "effect", "low", "high", "verdict")
    }
    needed = verdict.get("rows_needed")
    opinion = verdict.get("second_opinion") or {}
    return {
        **effect,
        "metric": name,
        "label": metric(name).label,
        "tone": TONES.get(verdict.get("verdict", ""), "open"),
        "text": difference(name, verdict.get("effect")),
        "interval": between(name, verdict.get("low"), verdict.get("high"), is_difference=True),
        "sentence": shown(verdict.get("sentence", ""), 500),
        "rows": verdict.get("rows"),
        "rows_needed": ""
        if needed is None
        else f"about {count(int(needed), 'row')} would decide it",
        "second_opinion": [[shown(k).replace("_", " "), number(v)] for k, v in opinion.items()],
    }


def _metrics(arms: Mapping[str, Any], primary: str) -> dict[str, Any]:
    """Return a table metric by arm, the primary one first."""
    every = {name: None for arm in arms.values() for name in arm.get("metrics", {})}
    names = sorted(every, key=lambda name: name != primary)
    rows = [
        {
            "label": metric(name).label,
            "reading": metric(name).reading,
            "cells": [_cell(name, arm.get("metrics", {}).get(name, {})) for arm in arms.values()],
        }
        for name in names
    ]
    return {"arms": list(arms), "rows": [*rows, *_calibration(arms)]}


def _cell(name: str, score: Any) -> dict[str, str]:
    """Return a value and its interval; a bare number has none."""
    if not isinstance(score, Mapping):
        score = {"value": score}
    interval = between(name, score.get("low"), score.get("high"))
    return {"text": written(name, score.get("value")), "interval": interval}


def _calibration(arms: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the single numbers of the calibration as rows of the same table."""
    parts = [arm.get("calibration") or {} for arm in arms.values()]
    names = {
        key: None
        for part in parts
        for key, value in part.items()
        if isinstance(value, int | float | Mapping)
    }
    return [
        {
            "label": metric(name).label,
            "reading": metric(name).reading,
            "cells": [_cell(name, part.get(name)) for part in parts],
        }
        for name in names
    ]


def _classes(arms: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any] | None:
    """Return recall and precision class by class."""
    scored = {arm: value["per_class"] for arm, value in arms.items() if value.get("per_class")}
    classes = {label: part.get("rows") for arm in scored.values() for label, part in arm.items()}
    if not classes:
        return None
    rows = [
        {
            "label": labels.get(label) or shown(label),
            "rows": number(n),
            "cells": [
                {key: _cell(key, arm.get(label, {}).get(key)) for key in ("recall", "precision")}
                for arm in scored.values()
            ],
        }
        for label, n in classes.items()
    ]
    return {"arms": list(scored), "rows": rows}


def _curves(curves: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the learning curves of each arm, with the epoch of the lowest validation loss."""
    found = []
    for arm, parts in curves.items():
        lines = {key: _line(parts.get(key)) for key in ("train", "validation")}
        epochs = max((len(line) for line in lines.values()), default=0)
        if epochs > 1:
            best = _lowest(lines["validation"] or lines["train"])
            ends = [_ends(key, lines[key]) for key in lines if lines[key]]
            drawn = {key: _thinned(line) for key, line in lines.items()}
            found.append({"arm": arm, "epochs": epochs, "best": best, "ends": ends, **drawn})
    return found


def _line(values: Any) -> list[float | None]:
    """Return the points of a curve; what is no number is unknown."""
    return [v if isinstance(v, int | float) else None for v in values or []]


def _ends(kind: str, line: Sequence[float | None]) -> dict[str, str]:
    """Return the first, lowest and last loss of a curve."""
    known = [value for value in line if value is not None]
    lowest = number(min(known)) if known else NOTHING
    return {"kind": kind, "first": number(line[0]), "lowest": lowest, "last": number(line[-1])}


def _thinned(line: list[float | None]) -> list[float | None]:
    """Leave out points evenly where there are very many."""
    return line[:: max(1, -(-len(line) // _LONGEST_CURVE))]


def _lowest(values: Sequence[float | None]) -> int | None:
    """Return the number of the epoch with the lowest loss, from 1."""
    known = [(value, i) for i, value in enumerate(values, start=1) if value is not None]
    return min(known)[1] if known else None


def _plan(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan of the fits: its sentence and its numbers."""
    facts = [
        [shown(key).replace("_", " "), number(value)]
        for key, value in plan.items()
        if key != "sentence" and isinstance(value, int | float | str)
    ]
    return {"sentence": shown(plan.get("sentence", ""), 500), "facts": facts}
