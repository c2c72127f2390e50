"""What to do next, in order of worth: what spoils the result, what the proof says, what is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dataaudit.report.comparison import BASELINES, against
from dataaudit.report.quarantine import look_at
from dataaudit.report.text import count

_MOST_STEPS = 7
_METRIC = "`task.metric:"


def next_steps(
    *,
    findings: Sequence[Mapping[str, Any]],
    checks: Sequence[Mapping[str, Any]],
    contract: Sequence[Mapping[str, Any]],
    account: Sequence[Mapping[str, Any]],
    comparison: Mapping[str, Any] | None,
    unproven: str = "",
    bill: Mapping[str, Any] | None = None,
    causes: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, str]]:
    """Return what to do, what is worth most first, each with why.

    Parameters
    ----------
    findings, checks, contract, account, comparison, unproven, bill
        The parts of the report of these names.
    causes
        As `causes.proven` gives them.
    """
    priced = {row["name"]: row["verdict"] for row in (bill or {}).get("others", [])}
    steps = [
        *_remedies(findings, "error"),
        *_failed(checks),
        *_by_worth(bill, causes),
        *(_unproven(unproven) if comparison is None else _after_proof(comparison)),
        *look_at(contract, account),
        *_remedies(findings, "warning", priced),
    ]
    return steps[:_MOST_STEPS]


def _by_worth(
    bill: Mapping[str, Any] | None, causes: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Return what was proven to be worth something, the largest first."""
    worth: list[tuple[float, dict[str, str]]] = []
    for row in (bill or {}).get("rows", []):
        if row["verdict"] == "harms":
            text = f"Take `{row['name']}` out of `clean`."
            worth.append((row["effect"], {"text": text, "why": row["sentence"], "at": "bill"}))
    for row in (bill or {}).get("others", []):
        if row["verdict"] == "helps":
            text = f"Add `{row['name']}` to `clean`."
            worth.append((-row["effect"], {"text": text, "why": row["sentence"], "at": "bill"}))
    for cause in causes:
        step = {"text": cause["next"], "why": cause["sentence"], "at": "evidence"}
        worth.append((-cause["effect"], step))
    return [step for _, step in sorted(worth, key=lambda one: one[0]) if step["text"]]


def _remedies(
    findings: Sequence[Mapping[str, Any]], severity: str, priced: Mapping[str, str] | None = None
) -> Iterator[dict[str, str]]:
    """Yield the remedies that this run did not apply, each step of `clean` once.

    What was tried and is in `priced` is told by its price, or, where it is worth nothing, not told.
    """
    open_ones = [
        f
        for f in findings
        if f["severity"] == severity and f["remedy"] and not f["remedy"]["is_done"]
        if _METRIC not in f["remedy"]["action"]  # the proof chooses it by itself
        if (priced or {}).get(f["remedy"]["step"], "undecided") == "undecided"
    ]
    alike: dict[str, list[Mapping[str, Any]]] = {}
    for finding in open_ones:
        remedy = finding["remedy"]
        alike.setdefault(remedy["step"] or remedy["action"], []).append(finding)
    for group in alike.values():
        remedy, first = group[0]["remedy"], group[0]
        more = f" And {count(len(group) - 1, 'finding')} more like it." if len(group) > 1 else ""
        action, found = remedy["action"], f"{first['message']}{more}"
        text, why = found, action  # "these rows" are known only after what was found
        if remedy["step"]:
            text, why = f"{action.rstrip('.')} (`{remedy['step']}` under `clean`).", found
        yield {"text": text, "why": why, "at": first["anchor"]}


def _failed(checks: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """Yield the checks that broke down: what they would have said is not known."""
    for check in checks:
        if check["status"] == "failed":
            text = f"Report that the check `{check['check']}` broke down."
            yield {"text": text, "why": check["reason"], "at": "checks"}


def _unproven(why: str) -> Iterator[dict[str, str]]:
    """Yield how to get a proof, where the reason says it."""
    if "pip install" in why:
        text = f"Measure what cleaning is worth: {why[why.index('pip install') :].rstrip('.')}"
        yield {"text": text, "why": "", "at": "evidence"}


_USE = "Train on `clean/train.parquet`, and put new rows through `dataaudit apply`."
_AFTER = {
    "helps": _USE,
    "harms": "Train on the plain preparation (`base`), or let `dataaudit tune` choose the steps.",
    "undecided": "Stay with the plain preparation (`base`) until more rows decide: it is simpler.",
    "no practical difference": (
        "Keep the plain preparation (`base`: one-hot, median with a flag, standard scaling). What "
        "is left to gain lies in other columns, more rows or another network."
    ),
}


def _after_proof(comparison: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield what follows from the verdict on the cleaning."""
    plain, naive = against(comparison, *BASELINES), against(comparison, "naive")
    chosen, moved = plain or naive, comparison["operating"]
    if chosen is None:
        return
    if plain and plain["verdict"] == "helps" and moved and moved["beyond"] != "gain":
        yield _simpler(moved)
        return
    why = f"`{chosen['after']}` against `{chosen['before']}`: {chosen['verdict']}, {chosen['text']}"
    reach = f" ({chosen['interval']})" if chosen["interval"] else ""
    more = f"; {chosen['rows_needed']}" if chosen["rows_needed"] else ""
    text = _AFTER.get(chosen["verdict"], "")
    yield {"text": text, "why": f"{why}{reach}{more}.", "at": "evidence"}


def _simpler(moved: Mapping[str, Any]) -> dict[str, str]:
    """Say that a threshold does what resampling did."""
    keeps = ", and leaves probabilities as they are" if moved["costs"] else ""
    text = "Move the threshold alone: `imbalance: {method: threshold}` under `clean`."
    if moved["key"] == "threshold":
        text = "Keep the plain preparation (`base`) and move its threshold: it is simpler."
    why = (
        f"With its threshold at the share of the class, `{moved['before']}` reaches "
        f"{moved['same']} balanced accuracy without {moved['method']}{keeps}."
    )
    if moved["key"] == "threshold":
        why = f"By the same rule `{moved['before']}` reaches {moved['same']} balanced accuracy."
    return {"text": text, "why": why, "at": "operating"}
