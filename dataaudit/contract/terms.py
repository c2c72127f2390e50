"""What a contract says of columns, in plain form: neither pandera nor a table is needed for it.

A contract in pipeline.yaml and one in pandera both come to this, and everything that is found out
about rows is found out from this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dataaudit.contract.spec import ColumnRule
from dataaudit.source.columns import DType


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One check of a column, or of whole rows, by the name that pandera has for it.

    Parameters
    ----------
    name
        What it is called, ``greater_than_or_equal_to`` or what somebody called it.
    values
        Its bounds, set, pattern ..., as pandera names them.
    kind
        The name of pandera's own check behind it, where that is asked in the plain way (gaps passed
        over, no groups, a column at once); "" for any other.
    warns
        Whether breaking it only warns.
    error
        What somebody wrote for the reader.
    check
        The pandera check; None where the contract is not written in pandera.
    """

    name: str
    values: Mapping[str, Any]
    kind: str = ""
    warns: bool = False
    error: Any = None
    check: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTerms:
    """What must hold for one column.

    Parameters
    ----------
    name
        Of the column, or with ``is_pattern`` a regular expression that stands for all it matches.
    dtype
        Its type; None: the source decides.
    exact
        A narrower type of pandera (int8, categories); None where every value of ``dtype`` will do.
    nullable, unique, required
        As in `ColumnRule`.
    conditions
        Its checks, in the order of the contract.
    """

    name: str
    dtype: DType | None = None
    exact: Any = None
    nullable: bool = False
    unique: bool = False
    required: bool = True
    is_pattern: bool = False
    conditions: tuple[Condition, ...] = ()


def terms_of(name: str, rule: ColumnRule) -> ColumnTerms:
    """Turn the keys of one column into terms."""
    return ColumnTerms(
        name=name,
        dtype=rule.kind,
        nullable=rule.nullable,
        unique=rule.unique,
        required=rule.required,
        conditions=tuple(_conditions(rule)),
    )


def _conditions(rule: ColumnRule) -> list[Condition]:
    """Return the conditions of one column, each as the check of pandera that it is."""
    found: dict[str, dict[str, Any]] = {}
    if rule.min is not None:
        found["greater_than_or_equal_to"] = {"min_value": _value(rule, rule.min)}
    if rule.max is not None:
        found["less_than_or_equal_to"] = {"max_value": _value(rule, rule.max)}
    if rule.isin is not None:
        found["isin"] = {"allowed_values": [_value(rule, value) for value in rule.isin]}
    if rule.pattern is not None:
        found["str_matches"] = {"pattern": rule.pattern}
    if rule.min_length is not None or rule.max_length is not None:
        bounds = {"min_value": rule.min_length, "max_value": rule.max_length}
        found["str_length"] = bounds
    warns = rule.severity == "warn"
    return [
        Condition(name=name, kind=name, values=values, warns=warns)
        for name, values in found.items()
    ]


def _value(rule: ColumnRule, value: Any) -> Any:
    """Return a bound as the column holds it: a date as a point in time."""
    if rule.kind != "date" or isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - columns have no zone
    return datetime.fromisoformat(value)
