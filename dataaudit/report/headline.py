"""The answer to "why is my accuracy low?", first and in words that can be pasted into a message.

What was found and what was measured are put together; nothing is promised that the evidence does
not carry. What to do about it stands in `advice`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataaudit.report import bill as bills
from dataaudit.report.comparison import BASELINES, against
from dataaudit.report.text import count

_WORST = 3
_LINES = 6  # of what is pasted into a message; more is not read there
_DO_NOTHING = "const"
_HIGHER = "higher is better"


def headline(
    *,
    name: str,
    rows: int,
    findings: Sequence[Mapping[str, Any]],
    comparison: Mapping[str, Any] | None,
    unproven: str,
    gate: str = "",
    bill: Mapping[str, Any] | None = None,
    cause: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the verdict of the whole run.

    Parameters
    ----------
    name, rows
        What was looked at.
    findings
        Worst first, as `findings.describe` gives them.
    comparison
        As `comparison.describe` gives it, or None.
    unproven
        Why there is no comparison.
    gate
        Why the gate failed; "" where it passed.
    bill
        As `bill.describe` gives it, or None.
    cause
        As `causes.proven` gives it, or None.

    Returns
    -------
    dict
        ``title``, ``tone`` (bad, good, calm, open), ``gate``, ``lines`` (of which the ``first`` few
        stand before the bill), ``worst``, ``mended``,
        ``counts``, ``paste``: all of it in about six lines.
    """
    tone, title = _title(findings, comparison, bill, cause)
    scores, verdicts, moved = _scores(comparison), _verdicts(comparison), _moved(comparison)
    if comparison is None:
        scores = [f"What cleaning is worth was not measured: {unproven or 'no evidence'}."]
    worst = [f for f in findings if f["severity"] != "info"]
    worst.sort(key=lambda f: (f["severity"] != "error", _is_mended(f)))
    keys = ("severity", "message", "anchor")
    failed = f"The gate failed: {gate.rstrip('.')}." if gate else ""
    opening = f"{name} ({count(rows, 'row')}): {title}"
    diagnosis = cause["sentence"] if cause else ""
    lines = [opening, failed, *scores, " ".join(moved[1:]), *verdicts, bills.told(bill), diagnosis]
    pasted = _few([line for line in lines if line], worst, counts(findings))
    return {
        "tone": tone,
        "title": title,
        "gate": failed,
        "lines": [
            *scores,
            *filter(None, [" ".join(moved[:2]), " ".join(moved[2:])]),
            *([] if bill and bill["against"] else verdicts),
        ],
        "first": len(scores),
        "worst": [{key: f[key] for key in keys} for f in worst if not _is_mended(f)][:_WORST],
        "mended": _mended(worst),
        "counts": counts(findings),
        "paste": _unquoted(pasted),
    }


def _is_mended(finding: Mapping[str, Any]) -> bool:
    return bool(finding["remedy"] and finding["remedy"]["is_done"])


def _few(lines: list[str], worst: Sequence[Mapping[str, Any]], counted: str) -> list[str]:
    """Add the findings that nothing mends, or how many there are, as far as lines are left."""
    left = [f"- {f['message']}" for f in worst if not _is_mended(f)]
    told = f"Findings: {counted}. {_mended(worst)}".strip()
    return [*lines, *(left[: max(1, _LINES - len(lines))] or [told])]


def _mended(worst: Sequence[Mapping[str, Any]]) -> str:
    """Say how many of the errors and warnings this run dealt with."""
    done, of = sum(_is_mended(f) for f in worst), len(worst)
    if not done:
        return ""
    every = {f["severity"] for f in worst}
    if of == 1:
        return f"This run dealt with the one {every.pop()}."
    things = f"{every.pop()}s" if len(every) == 1 else "errors and warnings"
    return f"This run dealt with {f'{done:,} of ' if done < of else ''}the {of:,} {things}."


def counts(findings: Sequence[Mapping[str, Any]]) -> str:
    """Return "1 error, 3 warnings, 2 info", or that there is none.

    Examples
    --------
    >>> counts([{"severity": "info"}, {"severity": "error"}])
    '1 error, 1 info'
    """
    numbers = {s: sum(f["severity"] == s for f in findings) for s in ("error", "warning", "info")}
    return (
        ", ".join(count(n, word, _PLURALS[word]) for word, n in numbers.items() if n)
        or "no findings"
    )


_PLURALS = {"error": "errors", "warning": "warnings", "info": "info"}


def _title(
    findings: Sequence[Mapping[str, Any]],
    comparison: Mapping[str, Any] | None,
    bill: Mapping[str, Any] | None,
    cause: Mapping[str, Any] | None,
) -> tuple[str, str]:
    """Return tone and title: what spoils the result first, then what was measured, then counts."""
    errors = sum(f["severity"] == "error" for f in findings)
    warnings = sum(f["severity"] == "warning" for f in findings)
    if errors:
        things = "one finding spoils" if errors == 1 else f"{errors} findings spoil"
        return "bad", f"Do not trust the accuracy yet: {things} the result."
    if comparison is None or not comparison["verdicts"]:
        return _unmeasured(warnings)
    return _measured(warnings, comparison, bill, cause)


def _unmeasured(warnings: int) -> tuple[str, str]:
    """Return tone and title where nothing was trained."""
    if warnings:
        things = "One thing" if warnings == 1 else f"{warnings} things"
        verb = "is" if warnings == 1 else "are"
        return "open", f"{things} in the data {verb} probably harmful."
    return "good", "Nothing harmful was found in the data."


def _measured(
    warnings: int,
    comparison: Mapping[str, Any],
    bill: Mapping[str, Any] | None,
    cause: Mapping[str, Any] | None,
) -> tuple[str, str]:
    """Return tone and title from the verdicts on `clean`, the bill and what is proven beside."""
    label = comparison["label"]
    plain, naive = against(comparison, *BASELINES), against(comparison, "naive")
    words = {v["verdict"] for v in (plain, naive) if v}
    if plain and plain["verdict"] == "helps":
        return _helped(plain, comparison)
    if plain and plain["verdict"] == "harms":
        return "bad", (
            f"Plain preparation does better: this cleaning costs {_amount(plain)} of {label}."
        )
    if cause and cause["is_elsewhere"] and not (bill and bill["is_proven"]):
        return "open", f"It is not your data: {cause['title']}."
    if _learns_nothing(comparison):
        return "bad", "The network learns nothing from these columns, cleaned or not."
    if naive and naive["verdict"] == "helps":
        return "good", _prepared(naive, comparison, bills.best(bill))
    if naive and naive["verdict"] == "harms":
        return "bad", f"Leave the cleaning out: raw input is {_amount(naive)} of {label} better."
    if cause and cause["is_elsewhere"]:
        return "open", f"It is not the data alone: {cause['title']}."
    if words == {"undecided"} or (plain and plain["verdict"] == "undecided"):
        return "open", "Undecided: there are too few rows to tell whether cleaning helps."
    if warnings:
        return "calm", f"The data has flaws, but cleaning them does not move the {label}."
    return "calm", "Not your data: nothing harmful was found, and cleaning changes nothing."


def _helped(plain: Mapping[str, Any], comparison: Mapping[str, Any]) -> tuple[str, str]:
    """Say what helped: cleaning, or naming the rare class more often, which needs none."""
    label, moved = comparison["label"], comparison["operating"]
    if moved is None or comparison["metric"] != "balanced_accuracy":
        return "good", f"It is the data: cleaning it is worth {_amount(plain)} of {label}."
    method, size = moved["method"], moved["change"].lstrip("+-")
    if moved["beyond"] == "gain":
        return "good", (
            f"It is the data: cleaning it is worth {size} of {label} by the same decision rule, "
            f"{_amount(plain)} with {method} moving it."
        )
    rest = (
        f"by the same rule, cleaning with it costs {size}"
        if moved["beyond"] == "loss"
        else "by the same rule, no gain of cleaning is shown"
    )
    return "open", (
        f"It is the decision rule, not the data: {_amount(plain)} of {label} come with {method}; "
        f"{rest}."
    )


def _prepared(naive: Mapping[str, Any], comparison: Mapping[str, Any], best: str) -> str:
    """Say what preparation is worth, or that the network learns nothing without."""
    arms, what = _values(comparison), "scaling, encoding and filling gaps"
    is_worse = {"naive", _DO_NOTHING} <= arms.keys() and comparison["reading"] == _HIGHER
    if is_worse and arms["naive"]["value"] < arms[_DO_NOTHING]["value"]:
        return f"It is the preparation: without {what}, the network does worse than doing nothing."
    if best:
        unit = " points" if comparison["is_share"] else ""
        return f"It is the preparation: {best}{unit} of {comparison['label']}."
    return f"It is the preparation: {what} are worth {_amount(naive)} of {comparison['label']}."


def _amount(verdict: Mapping[str, Any]) -> str:
    """Return the size of an effect without its sign."""
    return str(verdict["text"]).lstrip("+-")


def _values(comparison: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the arms that have a score, by name."""
    return {arm["arm"]: arm for arm in comparison["arms"] if arm["value"] is not None}


def _learns_nothing(comparison: Mapping[str, Any]) -> bool:
    """Tell whether the cleaned network is no better than a constant answer."""
    arms = _values(comparison)
    if comparison["reading"] != _HIGHER or not {"clean", _DO_NOTHING} <= arms.keys():
        return False
    return bool(arms["clean"]["value"] <= arms[_DO_NOTHING]["value"])


_ARM_WORDS = {
    "naive": "fed as it is, the network reaches {}",
    "base": "with plain preparation {}",
    "user": "with your own preparation {}",
    "clean": "cleaned {}",
    _DO_NOTHING: "always giving the same answer {}",
}


def _scores(comparison: Mapping[str, Any] | None) -> list[str]:
    """Return the scores of the arms as one sentence."""
    arms = _values(comparison) if comparison else {}
    parts = [words.format(arms[arm]["text"]) for arm, words in _ARM_WORDS.items() if arm in arms]
    if not comparison or not parts:
        return []
    text = ", ".join(parts)
    label = str(comparison["label"])
    scores = f"{label[:1].upper()}{label[1:]} on rows the network never saw: {text}."
    return [scores, *([comparison["warning"]] if comparison["warning"] else [])]


def _moved(comparison: Mapping[str, Any] | None) -> list[str]:
    """Return what moving the operating point did and cost."""
    moved = comparison["operating"] if comparison else None
    return list(moved["sentences"]) if moved else []


def _verdicts(comparison: Mapping[str, Any] | None) -> list[str]:
    """Return the verdict on the primary metric: against a plain preparation, else all there are."""
    if comparison is None:
        return []
    verdicts = [v for v in comparison["verdicts"] if v["metric"] == comparison["metric"]]
    plain = against(comparison, *BASELINES)
    return [_verdict(verdict) for verdict in ([plain] if plain else verdicts)]


def _verdict(verdict: Mapping[str, Any]) -> str:
    """Return a verdict as a sentence."""
    if verdict["sentence"]:
        return str(verdict["sentence"])
    between = f" (95 % interval {verdict['interval']})" if verdict["interval"] else ""
    needed = f"; {verdict['rows_needed']}" if verdict["rows_needed"] else ""
    return (
        f"`{verdict['after']}` against `{verdict['before']}`: {verdict['verdict']}, "
        f"{verdict['text']}{between}{needed}."
    )


def _unquoted(lines: Sequence[str]) -> str:
    """Return lines as plain text: many chats take backticks for code."""
    return "\n".join(lines).replace("`", "")
