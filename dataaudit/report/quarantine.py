"""The rows that were put aside, as one thing to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dataaudit.report.text import count

_MOST_COLUMNS = 4  # that one sentence names
_STAGES = {"source": "lines that could not be split", "split": "rows without a target"}


def look_at(
    contract: Sequence[Mapping[str, Any]], account: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, str]]:
    """Yield one step for all rows in quarantine, and one for broken rules that put none there.

    Parameters
    ----------
    contract, account
        The parts of the report of these names.
    """
    away = sum(stage["quarantined"] for stage in account)
    others = [
        f"{words} ({stage['quarantined']:,})"
        for stage in account
        if stage["quarantined"] and (words := _STAGES.get(stage["stage"]))
    ]
    broken = _by_column([rule for rule in contract if _is(rule, "error")])
    why = "; ".join([*broken, *others])
    if away:
        verb = "is" if away == 1 else "are"
        text = f"{count(away, 'row')} {verb} in `quarantine.parquet`: {why or 'see why there'}."
        yield {"text": text, "why": "", "at": "contract" if broken else "rows"}
    elif broken:
        yield {"text": f"The contract is broken: {why}.", "why": "", "at": "contract"}
    stayed = _by_column([rule for rule in contract if _is(rule, "warning")])
    if stayed:
        text = f"Rows that break a rule and stay: {'; '.join(stayed)}."
        yield {"text": text, "why": "", "at": "contract"}


def _is(rule: Mapping[str, Any], severity: str) -> bool:
    """Tell whether rows broke a rule of this severity."""
    return bool(rule["is_broken"]) and rule["severity"] == severity


def _by_column(rules: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return "`age` below 18 (4), above 110 (4)" for each column."""
    columns: dict[str, list[str]] = {}
    for rule in rules:
        column = f"`{rule['column']}` " if rule["column"] else ""
        columns.setdefault(column, []).append(f"{_said(rule)} ({rule['rows']:,})")
    parts = [f"{column}{', '.join(said)}" for column, said in columns.items()]
    more = [f"and {len(parts) - _MOST_COLUMNS:,} more"] if len(parts) > _MOST_COLUMNS else []
    return [*parts[:_MOST_COLUMNS], *more]


def _said(rule: Mapping[str, Any]) -> str:
    """Return what is wrong, without the count before and the column that is named already."""
    words = str(rule["message"]).partition(" rows: ")[2] or str(rule["message"])
    own = words.removeprefix(f"`{rule['column']}` ").removeprefix("the row breaks ")
    return own.removeprefix("is ").rstrip(".")
