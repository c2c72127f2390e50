"""Everything that the report shows, collected into one plain dictionary.

The dictionary holds JSON values alone, no clock and no place on this machine, so the same run
gives the same report byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import pandas as pd

from dataaudit.finding import Outcome
from dataaudit.profile import Profile
from dataaudit.report import bill as bill_of
from dataaudit.report import causes as causes_of
from dataaudit.report import choice as choice_of
from dataaudit.report import columns as columns_of
from dataaudit.report import comparison as comparison_of
from dataaudit.report import diagnosis as diagnosis_of
from dataaudit.report import findings as findings_of
from dataaudit.report import mistakes as mistakes_of
from dataaudit.report.advice import next_steps
from dataaudit.report.headline import headline
from dataaudit.report.text import count, number, percent, plain, sentence, shown, without_folder
from dataaudit.report.words import DEFINITIONS
from dataaudit.source.columns import Column
from dataaudit.table import Task

_LONGEST_SETTINGS = 100_000


def collect(
    *,
    name: str = "",
    outcomes: Sequence[Outcome],
    profile: Profile,
    columns: Mapping[str, Column] | None = None,
    task: Task | None = None,
    fingerprint: str = "",
    source: Mapping[str, Any] | None = None,
    account: Sequence[Mapping[str, Any]] = (),
    contract: Sequence[Any] = (),
    split: Mapping[str, int] | None = None,
    split_notes: Sequence[str] = (),
    cleaning: Sequence[Mapping[str, Any]] = (),
    balance: str = "none",
    evidence: Mapping[str, Any] | None = None,
    unproven: str = "",
    gate: str = "",
    sensitive: frozenset[str] = frozenset(),
    sample: pd.DataFrame | None = None,
    paths: Mapping[str, Any] | None = None,
    settings: str = "",
    versions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the whole report as one dictionary of JSON values.

    Parameters
    ----------
    name, fingerprint
        Of the run.
    outcomes, profile, columns, task
        What the audit saw and said.
    source
        ``Source.description``: format, encoding, files, ``notes``.
    account
        Per stage what `RowAccount.to_list` gives: rows in, out, quarantined, dropped, added, note.
    contract
        The results of the rules, as dataclasses or mappings with ``rule``, ``column``,
        ``severity``, ``rows``, ``message``.
    split, split_notes
        Rows per side, and sentences.
    cleaning
        ``Cleaning.describe()``: per step ``name``, ``estimator``, ``sentence``.
    balance
        What it does about rare classes: none, threshold, class_weight, smote, undersample.
    evidence, unproven
        The content of ``evidence.json``, or None and why there is none.
    gate
        Why the gate failed; "" where it passed.
    sensitive
        Columns of which no value is shown.
    sample
        Whole typed rows for the histograms; without it there are none.
    paths
        What is in the run's folder, by what it is; relative.
    settings
        The configuration as YAML.
    versions
        Of the packages that took part, by name.

    Examples
    --------
    >>> report = collect(outcomes=[], profile=Profile(rows=0, columns={}, sample_rows=0))
    >>> report["headline"]["title"]
    'Nothing harmful was found in the data.'
    """
    task, source, paths = task or Task(), source or {}, paths or {}
    names = [str(step.get("name", "")) for step in cleaning]
    context = findings_of.Context(
        profile=profile,
        task=task,
        sensitive=sensitive,
        steps=frozenset(names),
        sample=sample,
        balance=balance,
        metric=str((evidence or {}).get("metric", "")),
    )
    found, ended = findings_of.describe(outcomes, context), findings_of.checks(outcomes)
    rules = [_rule(result, sensitive) for result in contract]
    compared = (
        None
        if evidence is None
        else comparison_of.describe(
            evidence, task=task, sensitive=sensitive, balance=balance, steps=names
        )
    )
    bill = None if compared is None else bill_of.describe(evidence or {}, compared)
    causes = causes_of.proven((evidence or {}).get("diagnosis"))
    stages = [_stage(stage) for stage in account]
    shown_name = shown(name, 120) or "table"
    return plain(
        {
            "name": shown_name,
            "fingerprint": shown(fingerprint, 80),
            "rows": profile.rows,
            "facts": _facts(profile, task, columns or {}, source),
            "headline": headline(
                name=shown_name,
                rows=profile.rows,
                findings=found,
                comparison=compared,
                unproven=unproven.rstrip("."),
                gate=sentence(gate),
                bill=bill,
                cause=causes[0] if causes else None,
            ),
            "next": next_steps(
                findings=found,
                checks=ended,
                contract=rules,
                account=stages,
                comparison=compared,
                unproven=unproven,
                bill=bill,
                causes=causes,
            ),
            "bill": bill,
            "diagnosis": diagnosis_of.describe(evidence or {}),
            "mistakes": mistakes_of.describe(evidence or {}, task=task, sensitive=sensitive),
            "choice": choice_of.describe(
                (evidence or {}).get("choice"), (evidence or {}).get("balance")
            ),
            "findings": found,
            "groups": findings_of.groups(found),
            "checks": ended,
            "comparison": compared,
            "unproven": unproven,
            "columns": columns_of.describe(
                profile,
                columns=columns or {},
                task=task,
                sensitive=sensitive,
                findings=found,
                sample=sample,
            ),
            "sampled": _sampled(profile),
            "contract": rules,
            "account": stages,
            "split": _split(split or {}),
            "split_notes": [shown(note, 500) for note in split_notes],
            "source": _described(source),
            "source_notes": [shown(note, 500) for note in source.get("notes", [])],
            "cleaning": [_step(step) for step in cleaning],
            "paths": [
                [shown(key), shown(without_folder(path), 120)] for key, path in paths.items()
            ],
            "settings": _settings(settings, source, paths),
            "versions": [[shown(key), shown(version)] for key, version in (versions or {}).items()],
            "definitions": DEFINITIONS,
        }
    )


def _facts(
    profile: Profile, task: Task, columns: Mapping[str, Column], source: Mapping[str, Any]
) -> list[str]:
    """Return the line under the title."""
    target = "no target" if task.target is None else f"target `{shown(task.target)}`"
    kind = f", {count(len(task.classes), 'class', 'classes')}" if task.classes else ""
    regression = ", regression" if task.kind == "regression" else ""
    return [
        count(profile.rows, "row"),
        count(len(profile.columns) or len(columns), "column"),
        f"{target}{kind}{regression}",
        *[shown(without_folder(file), 60) for file in list(source.get("files", []))[:2]],
    ]


def _sampled(profile: Profile) -> str:
    """Say on which rows quantiles, shapes and histograms stand, where it is not all."""
    if profile.sample_rows >= profile.rows:
        return ""
    return (
        "Quantiles, skewness, kurtosis and histograms are from a fixed sample of "
        f"{profile.sample_rows:,} rows; counts, minimum and maximum from all {profile.rows:,}."
    )


def _rule(result: Any, sensitive: frozenset[str]) -> dict[str, Any]:
    """Return how one rule of the contract ended."""
    found = asdict(result) if is_dataclass(result) and not isinstance(result, type) else result
    column = found.get("column") or ""
    names = [name for name in (column, *sorted(sensitive)) if name]
    return {
        "rule": shown(found.get("rule", ""), 80),
        "column": shown(column, 60),
        "severity": str(found.get("severity") or ""),
        "rows": int(found.get("rows") or 0),
        "rows_text": number(found.get("rows") or 0),
        "is_broken": bool(found.get("rows") or found.get("is_whole_table")),
        "message": sentence(str(found.get("message") or ""), names),
    }


def _stage(stage: Mapping[str, Any]) -> dict[str, Any]:
    """Return one stage of the row account; rows that no one accounts for are said."""
    numbers = {
        key: int(stage.get(key) or 0)
        for key in ("rows_in", "rows_out", "quarantined", "dropped", "added")
    }
    gone = numbers["rows_out"] + numbers["quarantined"] + numbers["dropped"]
    lost = numbers["rows_in"] + numbers["added"] - gone
    return {
        "stage": shown(stage.get("stage", "")),
        **numbers,
        "lost": lost,
        "note": shown(stage.get("note") or "", 300),
    }


def _split(sides: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the sides with their shares."""
    total = sum(sides.values())
    return [
        {
            "side": shown(side),
            "rows": n,
            "share": n / total if total else 0.0,
            "text": percent(n / total) if total else "",
        }
        for side, n in sides.items()
    ]


def _described(source: Mapping[str, Any]) -> list[list[str]]:
    """Return the description of the source as label and text."""
    facts = []
    for key, value in source.items():
        if key == "notes" or value is None or value in ([], {}):
            continue
        values = value if isinstance(value, list | tuple) else [value]
        facts.append([shown(key), shown(", ".join(without_folder(v) for v in values), 200)])
    return facts


def _step(step: Mapping[str, Any]) -> dict[str, str]:
    """Return one step of the cleaning."""
    return {
        key: shown(step.get(key) or "", limit)
        for key, limit in (("name", 60), ("estimator", 120), ("sentence", 600))
    }


def _settings(settings: str, source: Mapping[str, Any], paths: Mapping[str, Any]) -> str:
    """Return the configuration line by line, without the folders of this machine."""
    for path in [*source.get("files", []), *paths.values()]:
        settings = settings.replace(str(path), without_folder(path))
    lines = settings[:_LONGEST_SETTINGS].splitlines()
    return "\n".join(shown(line.expandtabs(2), 300) for line in lines)
