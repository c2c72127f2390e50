"""The answer to "why is my accuracy low?", first and in words that can be pasted into a message.

What was found and what was measured are put together; nothing is promised that the evidence does
not carry. What to do about it stands in `advice`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dataaudit.report.comparison import BASELINES, against
from dataaudit.report.text import count

_WORST = 3
_DO_NOTHING = "const"


def headline(
    *,
    name: str,
    rows: int,
    findings: Sequence[Mapping[str, Any]],
    comparison: Mapping[str, Any] | None,
    unproven: str,
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

    Returns
    -------
    dict
        ``title``, ``tone`` (bad, good, calm, open), ``lines``, ``worst``, ``counts``, ``paste``.
    """
    tone, title = _title(findings, comparison)
    lines = [*_scores(comparison), *_verdicts(comparison)]
    if comparison is None:
        lines.append(f"What cleaning is worth was not measured: {unproven or 'no evidence'}.")
    keys = ("severity", "message", "anchor")
    worst = [{key: f[key] for key in keys} for f in findings if f["severity"] != "info"][:_WORST]
    opening = f"{name} ({count(rows, 'row')}): {title}"
    return {
        "tone": tone,
        "title": title,
        "lines": lines,
        "worst": worst,
        "counts": counts(findings),
        "paste": _unquoted([opening, *lines, *(f"- {one['message']}" for one in worst)]),
    }


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
    findings: Sequence[Mapping[str, Any]], comparison: Mapping[str, Any] | None
) -> tuple[str, str]:
    """Return tone and title: what spoils the result first, then what was measured, then counts."""
    errors = sum(f["severity"] == "error" for f in findings)
    warnings = sum(f["severity"] == "warning" for f in findings)
    if errors:
        things = "one finding spoils" if errors == 1 else f"{errors} findings spoil"
        return "bad", f"Do not trust the accuracy yet: {things} the result."
    if comparison is None or not comparison["verdicts"]:
        return _unmeasured(warnings)
    return _measured(warnings, comparison)


def _unmeasured(warnings: int) -> tuple[str, str]:
    """Return tone and title where nothing was trained."""
    if warnings:
        things = "One thing" if warnings == 1 else f"{warnings} things"
        verb = "is" if warnings == 1 else "are"
        return "open", f"{things} in the data {verb} probably harmful."
    return "good", "Nothing harmful was found in the data."


def _measured(warnings: int, comparison: Mapping[str, Any]) -> tuple[str, str]:
    """Return tone and title from the verdicts on `clean`."""
    label = comparison["label"]
    plain, naive = against(comparison, *BASELINES), against(comparison, "naive")
    words = {v["verdict"] for v in (plain, naive) if v}
    if plain and plain["verdict"] == "helps":
        return "good", f"It is the data: cleaning it is worth {_amount(plain)} of {label}."
    if plain and plain["verdict"] == "harms":
        return "bad", f"Leave the cleaning out: it costs {_amount(plain)} of {label}."
    if _learns_nothing(comparison):
        return "bad", "The network learns nothing from these columns, cleaned or not."
    if naive and naive["verdict"] == "helps":
        what = "It is the preparation: scaling, encoding and filling gaps"
        return "good", f"{what} are worth {_amount(naive)} of {label}."
    if naive and naive["verdict"] == "harms":
        return "bad", f"Leave the cleaning out: raw input is {_amount(naive)} of {label} better."
    if words == {"undecided"} or (plain and plain["verdict"] == "undecided"):
        return "open", "Undecided: there are too few rows to tell whether cleaning helps."
    if warnings:
        return "calm", f"The data has flaws, but cleaning them does not move the {label}."
    return "calm", "Not your data: nothing harmful was found, and cleaning changes nothing."


def _amount(verdict: Mapping[str, Any]) -> str:
    """Return the size of an effect without its sign."""
    return str(verdict["text"]).lstrip("+-")


def _values(comparison: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the arms that have a score, by name."""
    return {arm["arm"]: arm for arm in comparison["arms"] if arm["value"] is not None}


def _learns_nothing(comparison: Mapping[str, Any]) -> bool:
    """Tell whether the cleaned network is no better than a constant answer."""
    arms = _values(comparison)
    if comparison["reading"] != "higher is better" or not {"clean", _DO_NOTHING} <= arms.keys():
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


def _verdicts(comparison: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield what each verdict says of the primary metric."""
    for verdict in comparison["verdicts"] if comparison else []:
        if verdict["metric"] != comparison["metric"]:  # type: ignore[index] # the loop is empty without
            continue
        if verdict["sentence"]:
            yield verdict["sentence"]
            continue
        between = f" (95 % interval {verdict['interval']})" if verdict["interval"] else ""
        needed = f"; {verdict['rows_needed']}" if verdict["rows_needed"] else ""
        yield (
            f"`{verdict['after']}` against `{verdict['before']}`: {verdict['verdict']}, "
            f"{verdict['text']}{between}{needed}."
        )


def _unquoted(lines: Sequence[str]) -> str:
    """Return lines as plain text: many chats take backticks for code."""
    return "\n".join(lines).replace("`", "")
