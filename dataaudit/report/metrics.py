"""How each metric is called, written and read: one table for the page and the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dataaudit.report.text import NOTHING, finite


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Parameters
    ----------
    label
        Its name in a sentence.
    is_share
        Whether it is a share in 0..1 that people read in percent and points.
    reading
        How to read it.
    """

    label: str
    is_share: bool = False
    reading: str = "higher is better"


LOWER = "lower is better"

METRICS = {
    "accuracy": Metric("accuracy", is_share=True),
    "balanced_accuracy": Metric("balanced accuracy", is_share=True),
    "macro_f1": Metric("macro F1"),
    "f1": Metric("F1"),
    "auc": Metric("AUC"),
    "average_precision": Metric("average precision"),
    "log_loss": Metric("log-loss", reading=LOWER),
    "brier": Metric("Brier score", reading=LOWER),
    "oe": Metric("predicted over actual", reading="1 is calibrated"),
    "o_e": Metric("predicted over actual", reading="1 is calibrated"),
    "calibration_slope": Metric("calibration slope", reading="1 is calibrated"),
    "recall": Metric("recall", is_share=True),
    "precision": Metric("precision", is_share=True),
    "r2": Metric("R²"),
    "rmse": Metric("RMSE", reading=LOWER),
    "mse": Metric("squared error", reading=LOWER),
    "mae": Metric("absolute error", reading=LOWER),
}


def metric(name: str) -> Metric:
    """Return what is known of a metric; an unknown one is called by its own name.

    Examples
    --------
    >>> metric("log_loss").label, metric("top_5").label
    ('log-loss', 'top 5')
    """
    return METRICS.get(name) or Metric(name.replace("_", " "), reading="")


def written(name: str, value: Any) -> str:
    """Return a value of a metric as people write it.

    Examples
    --------
    >>> written("accuracy", 0.8512), written("log_loss", 0.3187)
    ('85.1 %', '0.319')
    """
    value = finite(value)
    if value is None:
        return NOTHING
    is_share = metric(name).is_share
    return f"{round(value * 100, 1) + 0.0:.1f} %" if is_share else f"{round(value, 3) + 0.0:.3f}"


def difference(name: str, value: Any) -> str:
    """Return a difference of a metric, signed; shares in points.

    Examples
    --------
    >>> difference("accuracy", 0.0731), difference("log_loss", -0.02)
    ('+7.3 points', '-0.020')
    """
    value = finite(value)
    if value is None:
        return NOTHING
    return f"{value * 100:+.1f} points" if metric(name).is_share else f"{value:+.3f}"


def between(name: str, low: Any, high: Any, *, is_difference: bool = False) -> str:
    """Return an interval, "84.6 % to 85.6 %" or "+6.5 to +8.1 points"; "" where there is none."""
    if finite(low) is None or finite(high) is None:
        return ""
    if not is_difference:
        return f"{written(name, low)} to {written(name, high)}"
    first = difference(name, low).removesuffix(" points")
    return f"{first} to {difference(name, high)}"
