"""The answer to "why is my accuracy low?", first and in words that can be pasted into a message.

`headline` puts what was found and what was measured together; `next_steps` says what to do, in
order. Nothing is promised that the evidence does not carry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dataaudit.report.text import count

BASELINES = ("user", "base")  # a gain is spoken of against what the user did, else a plain baseline
_WORST = 3
_MOST_STEPS = 8
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
        "paste": "\n".join([opening, *lines, *(f"- {_unquoted(f['message'])}" for f in worst)]),
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
    plain, naive = _against(comparison, *BASELINES), _against(comparison, "naive")
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


def _against(comparison: Mapping[str, Any], *before: str) -> Mapping[str, Any] | None:
    """Return the verdict of `clean` against the first of these arms, on the primary metric."""
    for arm in before:
        for verdict in comparison["verdicts"]:
            is_primary = verdict["metric"] == comparison["metric"]
            if is_primary and (verdict["before"], verdict["after"]) == (arm, "clean"):
                return verdict
    return None


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
    return [f"{label[:1].upper()}{label[1:]} on rows the network never saw: {text}."]


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


def _unquoted(message: str) -> str:
    """Drop the backticks: many chats take them for code."""
    return message.replace("`", "")


def next_steps(
    *,
    findings: Sequence[Mapping[str, Any]],
    checks: Sequence[Mapping[str, Any]],
    contract: Sequence[Mapping[str, Any]],
    comparison: Mapping[str, Any] | None,
) -> list[dict[str, str]]:
    """Return what to do, most urgent first, each with why.

    Parameters
    ----------
    findings, checks, contract, comparison
        The parts of the report of these names.
    """
    steps = [
        *_remedies(findings, "error"),
        *_broken_rules(contract),
        *_failed(checks),
        *_remedies(findings, "warning"),
        *_after_proof(comparison),
    ]
    return steps[:_MOST_STEPS]


def _remedies(findings: Sequence[Mapping[str, Any]], severity: str) -> Iterator[dict[str, str]]:
    """Yield the remedies that this run did not apply, each step of `clean` once."""
    open_ones = [
        f
        for f in findings
        if f["severity"] == severity and f["remedy"] and not f["remedy"]["is_done"]
    ]
    alike: dict[str, list[Mapping[str, Any]]] = {}
    for finding in open_ones:
        remedy = finding["remedy"]
        alike.setdefault(remedy["step"] or remedy["action"], []).append(finding)
    for group in alike.values():
        remedy, first = group[0]["remedy"], group[0]
        where = f" (`{remedy['step']}` under `clean`)" if remedy["step"] else ""
        more = f" And {count(len(group) - 1, 'finding')} more like it." if len(group) > 1 else ""
        text = f"{remedy['action'].rstrip('.')}{where}."
        yield {"text": text, "why": f"{first['message']}{more}", "at": first["anchor"]}


def _broken_rules(contract: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """Yield the rules of the contract that rows broke and that count as errors."""
    for rule in contract:
        if rule["rows"] and rule["severity"] == "error":
            why = f"{count(rule['rows'], 'row')}: {rule['message']}"
            yield {
                "text": f"Look at the quarantine for `{rule['rule']}`.",
                "why": why,
                "at": "contract",
            }


def _failed(checks: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """Yield the checks that broke down: what they would have said is not known."""
    for check in checks:
        if check["status"] == "failed":
            text = f"Report that the check `{check['check']}` broke down."
            yield {"text": text, "why": check["reason"], "at": "checks"}


_AFTER = {
    "helps": "Train on the cleaned files, and put new rows through `dataaudit apply`.",
    "harms": "Take steps out of `clean` until it does no harm, or train without it.",
    "undecided": "Collect more rows before you choose.",
    "no practical difference": (
        "Keep the plain preparation and look at the training: learning rate, size of the network, "
        "more rows, better columns."
    ),
}


def _after_proof(comparison: Mapping[str, Any] | None) -> Iterator[dict[str, str]]:
    """Yield what follows from the verdict on the cleaning."""
    if comparison is None:
        return
    plain, naive = _against(comparison, *BASELINES), _against(comparison, "naive")
    if not (plain or naive):
        return
    helps = naive if naive and naive["verdict"] == "helps" else None
    is_plain_open = plain is None or plain["verdict"] != "harms"
    chosen = helps if helps and is_plain_open else plain or naive
    if chosen:
        why = f"{chosen['after']} against {chosen['before']}: {chosen['verdict']}, {chosen['text']}"
        more = f"; {chosen['rows_needed']}" if chosen["rows_needed"] else ""
        yield {"text": _AFTER.get(chosen["verdict"], ""), "why": f"{why}{more}.", "at": "evidence"}
