"""The evidence, before and after, as the page and the terminal show it.

Takes ``evidence.json`` as it is and adds words and positions; no statistic is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dataaudit.report import operating, scores
from dataaudit.report.metrics import between, difference, metric, written
from dataaudit.report.text import NOTHING, count, finite, number, plain, sentence, shown
from dataaudit.table import Task

TONES = {
    "helps": "good",
    "harms": "bad",
    "no practical difference": "calm",
    "undecided": "open",
}
BASELINES = ("user", "base")  # a gain is spoken of against what the user did, else a plain one
_ROOM = 0.08  # of the range, left free at both ends of a scale
_STEPS = (1, 2, 2.5, 5, 10)
_TICKS = 5
_LONGEST_CURVE = 200  # points; more than a screen has pixels for


def describe(
    evidence: Mapping[str, Any],
    *,
    task: Task,
    sensitive: frozenset[str],
    balance: str = "none",
    steps: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the comparison of the arms.

    Parameters
    ----------
    evidence
        The content of ``evidence.json``.
    task, sensitive
        The labels of a sensitive target are numbered, not named.
    balance
        What `clean` does about rare classes; see `operating.METHODS`.
    steps
        The names of its steps, in order.
    """
    evidence = plain(evidence)
    name, arms = evidence["metric"], evidence.get("arms", {})
    hidden = task.classes if task.target in sensitive else ()
    labels = {label: f"class {i}" for i, label in enumerate(hidden, start=1)}

    def told(text: Any) -> str:
        text = str(text)
        for label, number_of in labels.items():
            text = text.replace(f"`{label}`", number_of)
        return sentence(text)

    def label_of(label: str) -> str:
        return labels.get(label) or f"`{shown(label)}`"

    moved = operating.describe(evidence, balance, before=BASELINES, name=label_of)
    shares = [moved["effect"]] if moved and name == "balanced_accuracy" else []
    return {
        "metric": name,
        "label": metric(name).label,
        "reading": metric(name).reading,
        "is_share": metric(name).is_share,
        "arms": [_arm(arm, name, _worded(arm, value, steps), told) for arm, value in arms.items()],
        "scale": _scale([a.get("metrics", {}).get(name, {}) for a in arms.values()], name),
        "verdicts": [_verdict(verdict, told) for verdict in evidence.get("verdicts", [])],
        "effects": _effects([*evidence.get("verdicts", []), *shares], name),
        "metrics": scores.table(arms, name),
        "classes": scores.classes(arms, labels),
        "reliability": scores.reliability(arms, labels),
        "curves": _curves(evidence.get("curves", {})),
        "plan": _plan(evidence.get("plan", {})),
        "notes": [told(note) for note in evidence.get("notes", [])],
        "warning": operating.misleading(evidence, name, label_of, BASELINES),
        "operating": moved,
    }


def against(comparison: Mapping[str, Any], *before: str) -> Mapping[str, Any] | None:
    """Return the verdict of `clean` against the first of these arms, on the primary metric."""
    for arm in before:
        for verdict in comparison["verdicts"]:
            is_primary = verdict["metric"] == comparison["metric"]
            if is_primary and (verdict["before"], verdict["after"]) == (arm, "clean"):
                return verdict
    return None


def _worded(arm: str, value: Mapping[str, Any], steps: Sequence[str]) -> Mapping[str, Any]:
    """Describe `clean` by its steps, where they are known."""
    if arm != "clean" or not steps:
        return value
    names = ", ".join(f"`{shown(step)}`" for step in steps)
    return {**value, "description": f"The steps {names}, fitted on training rows alone."}


def _arm(
    arm: str, name: str, value: Mapping[str, Any], told: Callable[[Any], str]
) -> dict[str, Any]:
    """Return one arm with its score on the primary metric."""
    score = value.get("metrics", {}).get(name, {})
    test = value.get("test", {}).get(name)
    return {
        "arm": arm,
        "description": told(value.get("description", "")),
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


def _verdict(verdict: Mapping[str, Any], told: Callable[[Any], str]) -> dict[str, Any]:
    """Return one comparison of two arms in words."""
    name = verdict.get("metric", "")
    effect = {
        key: verdict.get(key) for key in ("before", "after", "effect", "low", "high", "verdict")
    }
    needed = verdict.get("rows_needed")
    return {
        **effect,
        "metric": name,
        "label": metric(name).label,
        "tone": TONES.get(verdict.get("verdict", ""), "open"),
        "text": difference(name, verdict.get("effect")),
        "interval": between(name, verdict.get("low"), verdict.get("high"), is_difference=True),
        "sentence": told(verdict.get("sentence", "")),
        "rows": verdict.get("rows"),
        "rows_needed": ""
        if needed is None
        else f"about {count(rounded(int(needed)), 'row')} would decide it",
        "second_opinion": _opinion(verdict.get("second_opinion") or {}, name),
    }


def rounded(rows: int) -> int:
    """Round up to two digits that matter, as the verdict's sentence does."""
    step = 10 ** max(0, len(str(rows)) - 2)
    return -(-rows // step) * step


def _opinion(opinion: Mapping[str, Any], name: str) -> str:
    """Return the second, conservative test in one line."""
    parts = [
        shown(opinion.get("test", "")),
        difference(name, opinion.get("effect")) if "effect" in opinion else "",
        between(name, opinion.get("low"), opinion.get("high"), is_difference=True),
        f"p {number(opinion['p'])}" if "p" in opinion else "",
    ]
    return ", ".join(filter(None, parts))


def _curves(curves: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the learning curves of each arm, with the epoch of the lowest validation loss."""
    found = []
    for arm, parts in curves.items():
        lines = {key: _line(parts.get(key)) for key in ("train", "validation")}
        epochs = max((len(line) for line in lines.values()), default=0)
        if epochs > 1:
            best, steps = _lowest(lines["validation"] or lines["train"]), parts.get("steps") or []
            known = [v for line in lines.values() for v in line if v is not None]
            least = min(known, default=None)
            ends = [_ends(key, lines[key]) for key in lines if lines[key]]
            drawn = {key: _thinned(line) for key, line in lines.items()}
            found.append(
                {"arm": arm, "epochs": epochs, "ends": ends, "least": least}
                | {**_when(best, epochs, steps), **drawn}
            )
    return found


def _line(values: Any) -> list[float | None]:
    """Return the points of a curve; what is no number is unknown."""
    return [v if isinstance(v, int | float) else None for v in values or []]


def _when(best: int | None, epochs: int, steps: Sequence[int]) -> dict[str, str]:
    """Say when the loss was lowest and when training ended, in steps where they are known."""
    unit, at = ("step", dict(enumerate(steps, start=1))) if steps else ("epoch", {})
    end = number(at.get(epochs, epochs))
    lowest = "" if best is None else f"lowest at {unit} {number(at.get(best, best))} of {end}"
    return {"best": lowest, "end": f"{unit} {end}"}


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
