"""The bill as the page and the terminal show it: lines of a waterfall, and what is said of it.

Takes the key ``bill`` of the evidence as it is; no statistic is computed here. A missing key, as in
evidence of earlier versions, is no bill.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dataaudit.report.comparison import TONES, against, axis, rounded
from dataaudit.report.metrics import LOWER, between, difference, metric, written
from dataaudit.report.text import count, shown

PROVEN = ("helps", "harms")
WORDS = {
    "helps": "helps",
    "harms": "does harm",
    "no practical difference": "no difference",
    "undecided": "undecided",
}
_START, _END = "As it came, encoded", "All steps"
_NAMED = 6  # idle steps that one sentence names


def describe(evidence: Mapping[str, Any], comparison: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the bill; None where the evidence has none.

    Parameters
    ----------
    evidence
        The content of ``evidence.json``.
    comparison
        As `comparison.describe` gives it.

    Returns
    -------
    dict
        ``rows``, the waterfall from `_START` to `_END`, each with ``label``, ``name``, ``text``,
        ``interval``, ``word``, ``tone`` and where it is drawn; ``others``; ``axis``; ``against``;
        ``sentences``; ``idle``; ``plan``; ``missing``, why there is none.
    """
    bill = evidence.get("bill")
    if not bill:
        return None
    if bill.get("unavailable") or not bill.get("before"):
        return _empty(bill)
    name = bill["metric"]
    rows, others = _rows(bill, name), _others(bill, name)
    ends = [row[key] for row in (*rows, *others) for key in ("start", "stop", "low", "high")]
    return {
        "label": metric(name).label,
        "unit": "points" if metric(name).is_share else "",
        "rows": rows,
        "others": others,
        "axis": axis([e for e in ends if e is not None], lambda v: written(name, v).rstrip(" %")),
        "against": _compared(comparison),
        "sentences": [shown(one["sentence"], 300) for one in bill.get("interactions", [])],
        "idle": _idle(bill),
        "plan": shown((bill.get("plan") or {}).get("sentence", ""), 500),
        "missing": "",
        "is_proven": any(row["verdict"] in PROVEN for row in rows),
    }


def best(bill: Mapping[str, Any] | None) -> str:
    """Return what the steps that are shown to help are worth, the best two: "scaling is worth 7.4".

    Examples
    --------
    >>> row = {"verdict": "helps", "effect": 0.074, "label": "Scaling", "text": "+7.4", "name": "s"}
    >>> best({"rows": [row]})
    'scaling is worth 7.4'
    """
    helping = [row for row in (bill or {}).get("rows", []) if row["verdict"] == "helps"]
    helping.sort(key=lambda row: -row["effect"])
    parts = [(_within(row), row["text"].lstrip("+")) for row in helping[:2]]
    if not parts:
        return ""
    (first, size), *rest = parts
    return f"{first} is worth {size}" + "".join(f" and {what} {more}" for what, more in rest)


def told(bill: Mapping[str, Any] | None) -> str:
    """Return every step with a proven price as one line to paste; "" where there is none."""
    proven = [row for row in (bill or {}).get("rows", []) if row["verdict"] in PROVEN]
    if bill is None or not proven:
        return ""
    parts = [f"{_within(row)} {row['text']} ({row['interval']})" for row in proven]
    unit = f"{bill['unit']} of " if bill["unit"] else ""
    return f"The bill, {unit}{bill['label']}: {', '.join(parts)}."


def _within(row: Mapping[str, Any]) -> str:
    """Return the name of a line within a sentence; one of the user's own keeps its spelling."""
    label = str(row["label"])
    return f"`{label}`" if label == row["name"] else f"{label[:1].lower()}{label[1:]}"


def _empty(bill: Mapping[str, Any]) -> dict[str, Any]:
    """Return a bill without lines, and why."""
    why = str(bill.get("unavailable") or bill.get("sentence") or "")
    return {
        **{key: [] for key in ("rows", "others", "against", "sentences")},
        "label": "",
        "unit": "",
        "axis": None,
        "idle": "",
        "plan": "",
        "missing": shown(why, 300),
        "is_proven": False,
    }


def _rows(bill: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the waterfall: the score before, each step from where the last ended, the end."""
    down = -1.0 if metric(name).reading == LOWER else 1.0
    rows, at = [_score(_START, bill["before"], name)], bill["before"]["value"]
    for item in bill.get("items", []):
        rows.append(_line(item, name, at, down))
        at += down * item["effect"]
    return [*rows, _score(_END, bill["after"], name)]


def _others(bill: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return what is not among the steps, from where the waterfall ends."""
    down = -1.0 if metric(name).reading == LOWER else 1.0
    at = bill["after"]["value"]
    return [_line(item, name, at, down) for item in bill.get("others", [])]


def _score(label: str, score: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return one end of the waterfall."""
    value = score["value"]
    return {
        "kind": "score",
        "label": label,
        "name": "",
        "text": written(name, value),
        "interval": between(name, score.get("low"), score.get("high")),
        "value": value,
        "start": value,
        "stop": value,
        "low": score.get("low"),
        "high": score.get("high"),
        **dict.fromkeys(("verdict", "word", "tone", "sentence", "needed"), ""),
        "effect": 0.0,
    }


def _line(item: Mapping[str, Any], name: str, at: float, down: float) -> dict[str, Any]:
    """Return one step, drawn from where the one before it ended."""
    low, high = sorted(at + down * item[key] for key in ("low", "high"))
    what, step = str(item.get("what") or item["name"]), shown(item["name"], 60)
    needed = item.get("rows_needed")
    return {
        "kind": "step",
        "label": step if what == f"`{item['name']}`" else _capital(shown(what, 60)),
        "name": step,
        "text": difference(name, item["effect"]).removesuffix(" points"),
        "interval": between(name, item["low"], item["high"], is_difference=True).removesuffix(
            " points"
        ),
        "start": at,
        "stop": at + down * item["effect"],
        "low": low,
        "high": high,
        "verdict": item["verdict"],
        "word": WORDS.get(item["verdict"], item["verdict"]),
        "tone": TONES.get(item["verdict"], "open"),
        "sentence": shown(item.get("sentence", ""), 300),
        "needed": "" if needed is None else f"needs ~{count(rounded(int(needed)), 'row')}",
        "effect": item["effect"],
    }


_BEFORE = {
    "user": ("All steps against your preparation", ""),
    "base": ("All steps against plain preparation", ""),
    "naive": ("All steps against a first script", "mostly scaling and encoding"),
}


def _compared(comparison: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the whole cleaning against other preparations: what it is judged by first."""
    found = [against(comparison, before) for before in _BEFORE]
    return [_against(verdict) for verdict in found if verdict]


def _against(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole cleaning against another preparation."""
    label, note = _BEFORE[verdict["before"]]
    return {
        "label": label,
        "note": note,
        "text": verdict["text"].removesuffix(" points"),
        "interval": verdict["interval"].removesuffix(" points"),
        "word": WORDS.get(verdict["verdict"], verdict["verdict"]),
        "tone": verdict["tone"],
        "needed": verdict["rows_needed"],
    }


def _idle(bill: Mapping[str, Any]) -> str:
    """Name the steps that changed nothing in one sentence."""
    names = [f"`{shown(one['name'], 60)}`" for one in bill.get("idle", [])]
    few = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
    return f"Changed nothing in these rows: {few}." if names else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
