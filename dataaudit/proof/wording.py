"""Verdicts (of `dataaudit.proof.verdict`) in plain words, to paste into a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dataaudit.proof.plan import Plan

HELPS, HARMS = "helps", "harms"
SAME, UNDECIDED = "no practical difference", "undecided"
_NAMES = {
    "const": "doing nothing",
    "naive": "a first script, mostly scaling and encoding",
    "drop": "training on complete rows alone",
    "base": "a competent baseline",
    "clean": "cleaning",
    "tree": "boosted trees on the raw columns",
}
POINTS = frozenset({"accuracy", "balanced_accuracy"})
"""Metrics that are told in points."""


def sample_sentence(plan: Plan, verdicts: Sequence[Any]) -> str:
    """Say what the arms were compared on, where it was not every row, and why that is enough."""
    if plan.rows == plan.rows_given:
        return ""
    told = f"The arms were compared on {plan.of_all} rows, a fixed sample"
    if not verdicts:
        return f"{told}."
    widest = max(verdicts, key=lambda verdict: verdict.told_apart)
    found, matters = (
        _plain(value, widest.metric) for value in (widest.told_apart, widest.smallest_effect)
    )
    told = f"{told}; differences of {found} can be told apart on that many"
    if widest.told_apart <= widest.smallest_effect:
        return f"{told}, and the smallest that matters is {matters}."
    return f"{told}. To see the smallest that matters, {matters}, raise `prove.budget`."


def _plain(value: float, metric: str) -> str:
    """Return a size with its unit."""
    if metric not in POINTS:
        return f"{value:.3f}"
    return f"{100 * value:.1f} point{'' if f'{100 * value:.1f}' == '1.0' else 's'}"


def named(arm: str) -> str:
    """Return an arm's name within a sentence."""
    return _NAMES.get(arm, f"`{arm}`")


def sentence(verdict: Any) -> str:
    """Word a verdict."""
    after, before = named(verdict.after), named(verdict.before)
    label, found, write = spoken(verdict.metric), verdict.found, writer(verdict.metric)
    reach = f"{write(found.low)} to {write(found.high)}"
    start = f"{after[:1].upper()}{after[1:]}"
    if verdict.verdict == HELPS:
        size = size_of(verdict)
        return f"{start} raised {label} by {size} (95 % interval {reach}) against {before}."
    if verdict.verdict == HARMS:
        size = size_of(verdict)
        return f"{start} lowered {label} by {size} (95 % interval {reach}) against {before}."
    if verdict.verdict == SAME:
        return (
            f"{start} made no practical difference to {label} against {before} "
            f"({write(found.value)}, 95 % interval {reach})."
        )
    if not verdict.has_learnt:
        return (
            f"{start} raised {label} by {size_of(verdict)} (95 % interval {reach}) "
            f"against {before}, but is not shown to do better than always giving the same answer, "
            "so this does not count as help."
        )
    return (
        f"{start} changed {label} by {signed(verdict.metric, found.value)} against {before}, "
        f"but {verdict.rows:,} rows do not decide whether that is more than chance "
        f"(95 % interval {reach})"
        f"{_needed(verdict)}."
    )


def _needed(verdict: Any) -> str:
    """Return what would decide it."""
    if verdict.rows_needed is None:
        return "; the effect is about as large as the smallest that matters"
    return f"; about {rounded(verdict.rows_needed):,} rows would"


def rounded(rows: int) -> int:
    """Round up to two digits that matter."""
    step = 10 ** max(0, len(str(rows)) - 2)
    return -(-rows // step) * step


def spoken(metric: str) -> str:
    """Return a metric within a sentence."""
    return metric.replace("_", " ").replace("r2", "R2").replace("auc", "AUC")


def writer(metric: str) -> Any:
    """Return what writes a difference of the metric, signed."""
    if metric in POINTS:
        return lambda value: f"{100 * value + 0.0:+.1f}"
    return lambda value: f"{value + 0.0:+.3f}"


def signed(metric: str, value: float) -> str:
    """Return a difference of the metric with its sign and unit."""
    return f"{writer(metric)(value)}{' points' if metric in POINTS else ''}"


def size_of(verdict: Any) -> str:
    """Return the size of an effect with its unit, without a sign."""
    value = abs(verdict.found.value)
    return f"{100 * value:.1f} points" if verdict.metric in POINTS else f"{value:.3f}"
