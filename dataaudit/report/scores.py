"""The scores of the arms as tables: every metric, and recall and precision class by class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dataaudit.report.metrics import between, metric, written
from dataaudit.report.text import NOTHING, number, percent, shown


def table(arms: Mapping[str, Any], primary: str) -> dict[str, Any]:
    """Return a table metric by arm, the primary one first.

    Parameters
    ----------
    arms
        As in ``evidence.json``.
    primary
        The metric that the verdicts are about.
    """
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


def classes(arms: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any] | None:
    """Return recall and precision class by class; None where no arm has them.

    Parameters
    ----------
    arms
        As in ``evidence.json``.
    labels
        Other names for labels that must not be shown.
    """
    scored = {arm: value["per_class"] for arm, value in arms.items() if value.get("per_class")}
    found = {label: part.get("rows") for arm in scored.values() for label, part in arm.items()}
    if not found:
        return None
    rows = [
        {
            "label": labels.get(label) or shown(label),
            "rows": number(n),
            "cells": [
                {key: _found(key, arm.get(label, {}).get(key)) for key in ("recall", "precision")}
                for arm in scored.values()
            ],
        }
        for label, n in found.items()
    ]
    return {"arms": list(scored), "rows": rows}


def _found(name: str, score: Any) -> dict[str, str]:
    """Return recall or precision; nothing for a class that was never there, or never named."""
    ends = (score.get("low"), score.get("high")) if isinstance(score, Mapping) else ()
    return {"text": NOTHING, "interval": ""} if ends == (0.0, 1.0) else _cell(name, score)


def reliability(arms: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any] | None:
    """Return how often the rarest class was predicted and how often it came, bin by bin.

    Parameters
    ----------
    arms
        As in ``evidence.json``.
    labels
        Other names for labels that must not be shown.
    """
    found: list[dict[str, Any]] = [
        {
            "arm": arm,
            "points": [
                {key: point[key] for key in ("predicted", "actual")}
                | {"text": [percent(point["predicted"]), percent(point["actual"])]}
                for point in told["bins"]
            ],
        }
        for arm, value in arms.items()
        if (told := value.get("calibration") or {}).get("bins")
    ]
    names = [value["calibration"]["class"] for value in arms.values() if _has_class(value)]
    if not found:
        return None
    label = names[0] if names else ""
    ends = [point[key] for arm in found for point in arm["points"] for key in _SHARES]
    highest = next((share for share in _ROUND if share >= max(ends)), 1.0)
    return {
        "label": labels.get(label) or shown(label),
        "arms": found,
        "highest": highest,
        "text": percent(highest),
    }


_SHARES = ("predicted", "actual")
_ROUND = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)  # ends of a scale; else 1


def _has_class(value: Mapping[str, Any]) -> bool:
    return bool((value.get("calibration") or {}).get("class"))
