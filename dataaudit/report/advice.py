"""What to do next, most urgent first: what spoils the result, then what the proof suggests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dataaudit.report.comparison import BASELINES, against
from dataaudit.report.text import count

_MOST_STEPS = 8


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
    plain, naive = against(comparison, *BASELINES), against(comparison, "naive")
    if not (plain or naive):
        return
    helps = naive if naive and naive["verdict"] == "helps" else None
    is_plain_open = plain is None or plain["verdict"] != "harms"
    chosen = helps if helps and is_plain_open else plain or naive
    if chosen:
        why = f"{chosen['after']} against {chosen['before']}: {chosen['verdict']}, {chosen['text']}"
        more = f"; {chosen['rows_needed']}" if chosen["rows_needed"] else ""
        yield {"text": _AFTER.get(chosen["verdict"], ""), "why": f"{why}{more}.", "at": "evidence"}
