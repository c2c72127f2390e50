"""Small charts as inline SVG and HTML, from the plain numbers that `bins` and `comparison` give.

Colours are classes of the style sheet, so one drawing serves light, dark and print; horizontal
positions are percentages, so one drawing serves a phone and a desk. A drawing is a few hundred
bytes (altair's with vl-convert: 11,000 bytes and 27 ms each, colours and widths baked in, its text
laid out with the fonts of the machine).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

_HEIGHT = 100  # the unit of vertical positions; the style sheet sets the pixels
_LEAST = 3  # the height of the lowest bar that is not empty, or it could not be seen
_BAR, _GAP = 8, 2


def histogram(chart: Mapping[str, Any], label: str) -> Markup:
    """Draw a histogram; what a finding speaks of, and what lies far out, has a colour of its own.

    Parameters
    ----------
    chart
        As `bins.histogram` gives it.
    label
        Of what, for those who cannot see it.
    """
    ends = [[chart[end]] if chart[end] else [] for end in ("below", "above")]
    counts, first = [*ends[0], *chart["counts"], *ends[1]], len(ends[0])
    highest, step = max(counts), _BAR + _GAP
    inner: list[str] = []
    outer: list[str] = []
    for i, rows in enumerate(counts):
        if rows:
            height = max(_LEAST, round(_HEIGHT * rows / highest))
            bar = f"M{i * step} {_HEIGHT}v-{height}h{_BAR}v{height}z"
            (outer if _is_marked(chart, i - first) else inner).append(bar)
    name = f"Histogram of {label}, {chart['from']} to {chart['to']}"
    return Markup(
        '<svg class="histogram" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'preserveAspectRatio="none"><path class="bar" d="{}"/><path class="far" d="{}"/></svg>'
    ).format(name, len(counts) * step - _GAP, _HEIGHT, "".join(inner), "".join(outer))


def _is_marked(chart: Mapping[str, Any], i: int) -> bool:
    """Tell whether a finding speaks of a bin; -1 and the last hold what lies far out."""
    bins = len(chart["counts"])
    if not 0 <= i < bins:
        return True
    width = (chart["stop"] - chart["start"]) / bins
    middle = chart["start"] + (i + 0.5) * width
    if chart["value"] is not None and abs(middle - chart["value"]) <= width / 2:
        return True
    is_low = chart["low"] is not None and middle < chart["low"]
    return is_low or (chart["high"] is not None and middle > chart["high"])


def interval(axis: Mapping[str, Any], score: Mapping[str, Any], kind: str = "") -> Markup:
    """Draw a value with its interval on an axis.

    Parameters
    ----------
    axis
        ``start``, ``stop``, ``ticks``.
    score
        ``value`` or ``effect``, ``low``, ``high``; the words for it are in ``text``, ``interval``.
    kind
        A class for the style sheet.
    """
    value = score.get("value", score.get("effect"))
    parts = [_grid(axis)]
    if score.get("low") is not None and score.get("high") is not None:
        ends = at(axis, score["low"]), at(axis, score["high"])
        parts.append(
            Markup('<line class="range" x1="{}%" x2="{}%" y1="50%" y2="50%"/>').format(*ends)
        )
    if value is not None:
        dot = Markup('<circle class="dot" cx="{}%" cy="50%" r="4.5"/>')
        parts.append(dot.format(at(axis, value)))
    name = " ".join(filter(None, [score.get("text"), score.get("interval")]))
    return Markup('<svg class="interval {}" role="img" aria-label="{}">{}</svg>').format(
        kind, name, Markup().join(parts)
    )


def step(axis: Mapping[str, Any], row: Mapping[str, Any]) -> Markup:
    """Draw one line of a waterfall: a bar from where the last line ended, its interval, a joint.

    Parameters
    ----------
    axis
        As for `interval`.
    row
        ``start``, ``stop``, ``low``, ``high`` on the axis; ``tone``; ``text``, ``interval``.
    """
    begin, end = at(axis, row["start"]), at(axis, row["stop"])
    ends = at(axis, row["low"]), at(axis, row["high"])
    parts = [
        _grid(axis),
        Markup('<line class="joint" x1="{0}%" x2="{0}%" y1="0" y2="50%"/>').format(begin),
        Markup('<line class="joint" x1="{0}%" x2="{0}%" y1="50%" y2="100%"/>').format(end),
        Markup('<rect class="price" x="{}%" width="{}%" y="28%" height="44%"/>').format(
            min(begin, end), round(abs(end - begin), 2)
        ),
        Markup('<line class="reach" x1="{}%" x2="{}%" y1="50%" y2="50%"/>').format(*ends),
    ]
    name = " ".join(filter(None, [row["text"], row["interval"]]))
    return Markup('<svg class="step {}" role="img" aria-label="{}">{}</svg>').format(
        row["tone"], name, Markup().join(parts)
    )


def _grid(axis: Mapping[str, Any]) -> Markup:
    """Draw the lines of the ticks; the one at zero stands out."""
    line = Markup('<line class="{}" x1="{}%" x2="{}%" y1="0" y2="100%"/>')
    drawn = []
    for tick in axis["ticks"]:
        x = at(axis, tick["at"])
        drawn.append(line.format("grid" if tick["at"] else "grid zero", x, x))
    return Markup().join(drawn)


def at(axis: Mapping[str, Any], value: float) -> float:
    """Return where a value stands on an axis, in percent of its length."""
    span = axis["stop"] - axis["start"]
    return round(100 * (value - axis["start"]) / span, 2) if span else 50.0


def curve(curves: Sequence[Mapping[str, Any]], which: Mapping[str, Any]) -> Markup:
    """Draw the losses of one arm over the epochs, on the scale of all arms.

    Parameters
    ----------
    curves
        Of all arms, for the scale.
    which
        The one to draw.
    """
    lowest, highest = extent(curves)
    parts = []
    for kind in ("train", "validation"):
        points = _points(which[kind], lowest, highest)
        if points:
            parts.append(Markup('<polyline class="{}" points="{}"/>').format(kind, points))
    name = f"Loss of {which['arm']} over {which['epochs']} epochs, train and validation"
    return Markup(
        '<svg class="curve" role="img" aria-label="{}" viewBox="0 0 100 100" '
        'preserveAspectRatio="none">{}</svg>'
    ).format(name, Markup().join(parts))


def reliability(arm: Mapping[str, Any], highest: float = 1.0) -> Markup:
    """Draw predicted against actual shares up to the highest; on the diagonal they agree."""
    scale = 100 / (highest or 1.0)
    points = [(scale * p["predicted"], 100 - scale * p["actual"]) for p in arm["points"]]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dot = Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="2"/>')
    return Markup(
        '<svg class="reliability" role="img" aria-label="Predicted against actual shares of {}" '
        'viewBox="0 0 100 100"><line class="grid zero" x1="0" y1="100" x2="100" y2="0"/>'
        '<polyline class="validation" points="{}"/>{}</svg>'
    ).format(arm["arm"], line, Markup().join(dot.format(x, y) for x, y in points))


def extent(curves: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Return lowest and highest loss; what is far above the first epochs' middle is cut off."""
    every = [
        v for c in curves for kind in ("train", "validation") for v in c[kind] if v is not None
    ]
    starts = sorted(
        c[kind][0] for c in curves for kind in ("train", "validation") if _begins(c[kind])
    )
    if not every:
        return 0.0, 1.0
    highest = max(every)
    if starts:
        highest = min(highest, _TALLEST * starts[len(starts) // 2])
    return min(every), max(highest, min(every))


_TALLEST = 1.5  # times the middle of the first losses; a diverging arm must not flatten the others


def _begins(line: Sequence[float | None]) -> bool:
    return bool(line) and line[0] is not None


def _points(line: Sequence[float | None], lowest: float, highest: float) -> str:
    """Return the points of a line in a square of 100; what is unknown or too high is left out."""
    span, last = (highest - lowest) or 1.0, max(1, len(line) - 1)
    return " ".join(
        f"{100 * i / last:.2f},{98 - 96 * min(1.0, (value - lowest) / span):.2f}"
        for i, value in enumerate(line)
        if value is not None
    )
