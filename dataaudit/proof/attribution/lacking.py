"""Remedies that were found to be called for, and that the cleaning does not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from dataaudit.defects import Defect
from dataaudit.errors import ConfigError
from dataaudit.finding import Finding, Severity
from dataaudit.pipeline import Cleaning

_ORDER = (
    "disguised",
    "types",
    "categories",
    "constant",
    "duplicates",
    "outliers",
    "missing",
    "scale",
    "encode",
)
_MOST = 3  # networks more on each fold; the worst findings come first


def lacking(
    steps: Sequence[tuple[str, Mapping[str, Any]]],
    findings: Iterable[Finding],
    defects: Mapping[str, Defect],
    *,
    kind: Literal["classification", "regression"],
    seed: int,
    allow_code: bool = False,
) -> dict[str, Cleaning]:
    """Return the cleaning with one remedy more, by the name of the remedy.

    Only errors and warnings call for one, and only an estimator can be tried. How classes are
    balanced is a question of its own.

    Parameters
    ----------
    steps
        What stands under ``clean``.
    findings
        Worst first.
    defects
        By name, configured.
    kind, seed, allow_code
        As for `Cleaning.build`.
    """
    there = [name for name, _ in steps]
    made: dict[str, Cleaning] = {}
    for finding in findings:
        remedy = finding.remedy
        name = remedy.step if remedy else ""
        if finding.severity is Severity.INFO or name in there or name in made or name not in _ORDER:
            continue
        if remedy is None or name not in defects or defects[name].remedy() is None:
            continue
        wished = [*steps]
        wished.insert(_place(there, name), (name, remedy.params))
        try:
            made[name] = Cleaning.build(
                wished, defects, kind=kind, seed=seed, allow_code=allow_code
            )
        except ConfigError:  # it cannot stand beside the others
            continue
    return dict(list(made.items())[:_MOST])


def _place(there: Sequence[str], name: str) -> int:
    """Return where a step goes: before the first that must not come earlier."""
    later = _ORDER[_ORDER.index(name) :]
    return next((i for i, other in enumerate(there) if other in later), len(there))
