"""Every single rule of a contract with its name, its severity and its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dataaudit.contract.rules import columns_of
from dataaudit.contract.schema import Contract
from dataaudit.contract.spec import Rule
from dataaudit.contract.terms import ColumnTerms, Condition
from dataaudit.finding import Severity

_LONGEST_LIST = 8
_NOT_A = {
    "int": "is not a whole number",
    "float": "is not a number",
    "bool": "is neither true nor false",
    "date": "is not a date",
    "str": "is not text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One rule.

    Parameters
    ----------
    rule
        Its name: dtype, nullable, unique, min, max, isin, pattern ..., or the name somebody gave.
    column
        The column it speaks of, joined by ", " where it is several; "" for whole rows.
    severity
        What a broken rule means.
    message
        What is wrong with a row that breaks it; no cell's value stands in it.
    condition
        The check behind it, if one is.
    law
        The rule across columns behind it, if one is.
    group
        The columns that must be unique (together), if it is about that.
    is_dtype
        Whether it is about the type of the column.
    """

    rule: str
    column: str
    severity: Severity
    message: str
    condition: Condition | None = None
    law: Rule | None = None
    group: tuple[str, ...] = ()
    is_dtype: bool = False


def clauses(contract: Contract, names: Sequence[str]) -> list[Clause]:
    """List the rules of a contract that speak of a table.

    Parameters
    ----------
    contract
        The contract.
    names
        The columns of the table; a regex column of pandera stands for every name it matches.
    """
    found = [
        clause
        for name, terms in contract.terms(names)
        for clause in _column_clauses(contract, name, terms)
    ]
    return [*found, *_table_clauses(contract)]


def _column_clauses(contract: Contract, name: str, terms: ColumnTerms) -> Iterator[Clause]:
    """Yield the rules of one column."""
    severity = contract.severity(name)

    def clause(rule: str, problem: str, **more: Any) -> Clause:
        return Clause(
            **{"rule": rule, "column": name, "severity": severity, **more},
            message=f"`{name}` {problem}",
        )

    if terms.dtype is not None:
        yield clause("dtype", _NOT_A[terms.dtype], is_dtype=True)
    if not terms.nullable:
        yield clause("nullable", "is missing")
    if terms.unique:
        yield clause("unique", "repeats the value of an earlier row", group=(name,))
    for condition in terms.conditions:
        rule, problem = _worded(condition, is_sensitive=name in contract.sensitive)
        warns = Severity.WARNING if condition.warns else severity
        yield clause(rule, problem, severity=warns, condition=condition)


def _table_clauses(contract: Contract) -> Iterator[Clause]:
    """Yield the rules across columns."""
    for group in contract.unique:
        message = f"{' and '.join(f'`{name}`' for name in group)} repeat those of an earlier row"
        yield Clause(
            rule="unique",
            column=", ".join(group),
            severity=Severity.ERROR,
            message=message,
            group=group,
        )
    for condition in contract.own:
        severity = Severity.WARNING if condition.warns else Severity.ERROR
        rule, problem = _worded(condition, is_sensitive=bool(contract.sensitive))
        message = f"the row {problem}"
        yield Clause(rule=rule, column="", severity=severity, message=message, condition=condition)
    hidden = {name.casefold() for name in contract.sensitive}
    for law in contract.rules:
        severity = Severity.WARNING if law.severity == "warn" else Severity.ERROR
        shown = "" if hidden & columns_of(law) else f": {_condition(law)}"
        message = f"the row breaks `{law.name}`{shown}"
        yield Clause(rule=law.name, column="", severity=severity, message=message, law=law)


def _condition(rule: Rule) -> str:
    return rule.expect if rule.when is None else f"{rule.expect} (when {rule.when})"


def _worded(condition: Condition, *, is_sensitive: bool) -> tuple[str, str]:
    """Return the name of a check and what breaking it means."""
    name, error = condition.name, condition.error
    word = _WORDS.get(name)
    if word is None:
        text = "" if is_sensitive or not isinstance(error, str) else f" ({error})"
        return name, f"breaks `{name}`{text}"
    return word(condition.values, is_sensitive)


def _length(values: Any, _: bool) -> tuple[str, str]:  # noqa: FBT001 - one shape for all
    """Word ``str_length`` by the bounds it has."""
    low, high = values.get("min_value"), values.get("max_value")
    if values.get("exact_value") is not None:
        return "length", f"is not {values['exact_value']} characters long"
    if high is None:
        return "min_length", f"is shorter than {low} characters"
    if low is None:
        return "max_length", f"is longer than {high} characters"
    return "length", f"is not {low} to {high} characters long"


def _set(values: Any, is_sensitive: bool) -> tuple[str, str]:  # noqa: FBT001 - one shape for all
    """Word ``isin``; the values of a sensitive column stay unsaid."""
    allowed = list(values["allowed_values"])
    if is_sensitive or len(allowed) > _LONGEST_LIST:
        return "isin", f"is none of the {len(allowed)} allowed values"
    return "isin", f"is none of {', '.join(_short(value) for value in allowed)}"


_LONGEST_VALUE = 40


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


Word = Callable[[Any, bool], tuple[str, str]]
_WORDS: dict[str, Word] = {
    "greater_than_or_equal_to": lambda v, _: ("min", f"is below {v['min_value']}"),
    "less_than_or_equal_to": lambda v, _: ("max", f"is above {v['max_value']}"),
    "greater_than": lambda v, _: ("above", f"is not above {v['min_value']}"),
    "less_than": lambda v, _: ("below", f"is not below {v['max_value']}"),
    "in_range": lambda v, _: ("range", f"is not within {v['min_value']} to {v['max_value']}"),
    "isin": _set,
    "str_matches": lambda v, _: ("pattern", f"does not match {_short(_pattern(v))}"),
    "str_length": _length,
}


def _pattern(values: Any) -> str:
    """Return the text of a pattern, which pandera takes compiled as well."""
    return str(getattr(values["pattern"], "pattern", values["pattern"]))
