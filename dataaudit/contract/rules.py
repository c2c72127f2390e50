"""Rules across columns: from the text of a contract to the SQL of the rows that break them."""

from __future__ import annotations

from collections.abc import Iterable

from dataaudit.contract.expression import parse
from dataaudit.contract.spec import Rule


def broken_rule(rule: Rule, columns: Iterable[str]) -> str:
    """Return the condition that is true for the rows that break a rule.

    Raises
    ------
    UnknownNameError
        For a column that is not among those given.
    """
    where = f"contract.rules.{rule.name}"
    names = list(columns)
    expect = parse(rule.expect, where=f"{where}.expect", columns=names).sql
    condition = f"NOT coalesce(CAST({expect} AS BOOLEAN), TRUE)"
    if rule.when is not None:
        when = parse(rule.when, where=f"{where}.when", columns=names).sql
        condition = f"CASE WHEN {when} THEN {condition} ELSE FALSE END"
    return condition


def columns_of(rule: Rule) -> set[str]:
    """Return the columns that a rule looks at, without regard to case."""
    texts = [text for text in (rule.expect, rule.when) if text is not None]
    return {name.casefold() for text in texts for name in parse(text).columns}
