"""The findings worst first, with numbers and small charts, and how every check ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dataaudit.defects import registry
from dataaudit.finding import Finding, Outcome, Remedy, Status
from dataaudit.profile import Profile
from dataaudit.report import bins
from dataaudit.report.columns import HIDDEN, anchors
from dataaudit.report.metrics import metric
from dataaudit.report.operating import METHODS
from dataaudit.report.same_cells import same_cells
from dataaudit.report.text import column_label, count, number, percent, plain, sentence, shown
from dataaudit.table import Task

_MOST_ITEMS = 8  # of a list inside the evidence; findings.json has them all
_SHOWN = 3  # findings of one kind, say one a column, before the rest is folded away
_MARKS = ("low", "high", "value")  # keys of the evidence that a histogram can show


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a finding is described with: the columns, and what this run repairs."""

    profile: Profile
    task: Task
    sensitive: frozenset[str]
    steps: frozenset[str]
    sample: pd.DataFrame | None
    balance: str = "none"  # what `imbalance` does
    metric: str = ""  # that the verdicts are about


def describe(outcomes: Sequence[Outcome], context: Context) -> list[dict[str, Any]]:
    """Return every finding as a plain dictionary: worst severity first, then the larger share.

    Outliers that are the cells of a stand-in for missing are told with it.
    """
    found = [finding for outcome in outcomes for finding in outcome.findings]
    found.sort(key=lambda f: (-f.severity.rank, -(f.share or 0.0), f.code, f.kind, f.columns))
    within = same_cells(found)
    also = {k: [_also(found[i]) for i in within if within[i] == k] for k in within.values()}
    kept = [i for i in range(len(found)) if i not in within]
    return [
        {
            "anchor": f"finding-{place}",
            **_finding(found[i], context),
            "also": also.get(i, []),
        }
        for place, i in enumerate(kept, start=1)
    ]


def _also(finding: Finding) -> dict[str, str]:
    """Return a finding that is told with another of the same cells."""
    return {
        "code": finding.code,
        "check": finding.check,
        "message": sentence(finding.message, finding.columns),
    }


def groups(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return which findings to show, and which to fold away because they are like those.

    Parameters
    ----------
    found
        As `describe` gives them.

    Returns
    -------
    list of dict
        Worst first; ``shown`` and ``more`` are positions in `found`, ``columns`` names those of
        ``more``.
    """
    alike: dict[tuple[str, str], list[int]] = {}
    for i, finding in enumerate(found):
        alike.setdefault((finding["severity"], finding["id"]), []).append(i)
    return [_group(found, members) for members in alike.values()]


def _group(found: Sequence[Mapping[str, Any]], members: list[int]) -> dict[str, Any]:
    """Split findings of one kind; one alone is not folded away."""
    few = _SHOWN if len(members) > _SHOWN + 1 else len(members)
    names = [column["name"] for i in members[few:] for column in found[i]["columns"]]
    return {"shown": members[:few], "more": members[few:], "columns": list(dict.fromkeys(names))}


def checks(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return how every check ended, failed ones first, found ones last; silence is not health."""
    known = registry()
    order = [Status.FAILED, Status.SKIPPED, Status.NOT_APPLICABLE, Status.PASSED, Status.FOUND]
    return [
        {
            "code": outcome.code,
            "check": outcome.check,
            "status": str(outcome.status),
            "reason": shown(outcome.reason, 300),
            "findings": len(outcome.findings),
            "meaning": _first_line(known.get(outcome.check)),
        }
        for outcome in sorted(outcomes, key=lambda o: (order.index(o.status), o.code))
    ]


def _first_line(defect: type | None) -> str:
    """Return what a check looks for, from its class docstring."""
    return ((defect and defect.__doc__) or "").strip().partition("\n")[0]


def _finding(finding: Finding, context: Context) -> dict[str, Any]:
    """Turn one finding into text; of a sensitive column only counts stay."""
    is_sensitive = not context.sensitive.isdisjoint(finding.columns)
    places = anchors(list(context.profile.columns))
    return {
        "code": finding.code,
        "id": finding.id,
        "check": finding.check,
        "kind": finding.kind,
        "severity": str(finding.severity),
        "message": sentence(finding.message, finding.columns),
        "columns": [
            {"name": column_label(n), "anchor": places.get(n, "")} for n in finding.columns
        ],
        "rows": finding.rows,
        "share": plain(finding.share),
        "extent": _extent(finding),
        "evidence": [["values", HIDDEN]] if is_sensitive else _evidence(finding.evidence),
        "examples": [] if is_sensitive else list(finding.examples),
        "remedy": _remedy(finding, context, is_sensitive=is_sensitive),
        "chart": None if is_sensitive else _chart(finding, context),
    }


def _extent(finding: Finding) -> str:
    """Return "1,200 rows, 4.3 %", as far as it is known."""
    rows = "" if finding.rows is None else count(finding.rows, "row")
    share = "" if finding.share is None else percent(finding.share)
    return ", ".join(filter(None, [rows, share]))


def _evidence(evidence: Mapping[str, Any]) -> list[list[str]]:
    """Return the numbers behind a message as label and text."""
    return [[shown(key).replace("_", " "), _written(value)] for key, value in evidence.items()]


def _written(value: Any) -> str:
    """Write a number, a text, or the first few items of a list or mapping."""
    value = plain(value)
    if isinstance(value, dict):
        items = [f"{shown(key)}: {_written(item)}" for key, item in value.items()]
    elif isinstance(value, list):
        items = [_written(item) for item in value]
    elif isinstance(value, bool):
        return "yes" if value else "no"
    else:
        return number(value)
    more = [f"and {len(items) - _MOST_ITEMS:,} more"] if len(items) > _MOST_ITEMS else []
    return shown(", ".join(items[:_MOST_ITEMS] + more), 400) or "none"


def _remedy(finding: Finding, context: Context, *, is_sensitive: bool) -> dict[str, Any] | None:
    """Return what repairs a finding and whether this run did it."""
    remedy = finding.remedy
    if remedy is None:
        return None
    done = _done_by(remedy, context)
    return {
        "action": sentence(remedy.action, finding.columns),
        "step": remedy.step,
        "is_lossy": remedy.is_lossy,
        "is_done": bool(done),
        "done": done,
        "params": "" if is_sensitive or not remedy.params else _written(remedy.params),
    }


def _done_by(remedy: Remedy, context: Context) -> str:
    """Return what in this run did it, in words; "" where nothing did."""
    if context.metric and f"`task.metric: {context.metric}`" in remedy.action:
        return f"verdicts are about {metric(context.metric).label}"
    if remedy.step not in context.steps:
        return ""
    method = METHODS.get(context.balance) if remedy.step == "imbalance" else None
    return f"done by `{remedy.step}`{f', with {method}' if method else ''}"


def _chart(finding: Finding, context: Context) -> dict[str, Any] | None:
    """Choose the chart that shows the finding, if there is one."""
    profiles = context.profile.columns
    known = [name for name in finding.columns if name in profiles]
    if finding.check == "missing" and known:
        return bins.missing([profiles[n] for n in known], [column_label(n) for n in known])
    target = context.task.target
    if finding.check == "imbalance" and target is not None and target in profiles:
        return None if target in context.sensitive else bins.levels(profiles[target])
    if len(known) != 1:
        return None
    return _of_column(known[0], finding, context)


def _of_column(name: str, finding: Finding, context: Context) -> dict[str, Any] | None:
    """Draw the one column that a finding speaks of."""
    column = context.profile[name]
    if column.dtype in ("int", "float") and context.sample is not None and name in context.sample:
        marks = {key: _as_number(finding.evidence.get(key)) for key in _MARKS}
        ordered = context.profile.ordered.get(name)
        return bins.histogram(context.sample[name], ordered=ordered, **marks)
    if column.dtype in ("str", "bool"):
        return bins.levels(column, marked=_texts(finding.evidence))
    return None


def _as_number(value: Any) -> float | None:
    """Return a number, or None for what is none."""
    return float(value) if isinstance(value, int | float) else None


def _texts(evidence: Mapping[str, Any]) -> list[str]:
    """Return the short texts in the evidence: the values that a finding marks."""
    found = []
    for value in evidence.values():
        items = list(value) if isinstance(value, list | tuple | Mapping) else [value]
        found += [item.strip() for item in items if isinstance(item, str)]
    return found
