"""Between pandera's schemas and our plain terms, in both directions."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from dataaudit.contract.library import dtypes, pandera
from dataaudit.contract.rules import broken_rule, columns_of
from dataaudit.contract.spec import Rule
from dataaudit.contract.terms import ColumnTerms, Condition
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.engine.sql import ident
from dataaudit.errors import ConfigError
from dataaudit.source.columns import ROW, DType

METADATA = "dataaudit"
"""The key of a schema's metadata under which stands what pandera has no word for."""

PANDERA_DTYPES: Mapping[str, str] = {
    "int": "Int64",
    "float": "float64",
    "bool": "boolean",
    "date": "datetime64[ns]",
    "str": "str",
}
_ANY_VALUE = ("int64", "bool", "string", "datetime64", "float")
"""How the names of types begin that take every value of ours: pandera makes 1e300 infinite
rather than refuse it in a float32."""


def terms_of_schema(schema: Any) -> dict[str, ColumnTerms]:
    """Return what a schema says of each column.

    Raises
    ------
    ConfigError
        For a type that a table cannot have here, such as a time span.
    """
    return {name: _terms(name, column) for name, column in schema.columns.items()}


def _terms(name: str, column: Any) -> ColumnTerms:
    """Return what a schema says of one column."""
    dtype, text = _dtype_of(column), str(column.dtype)
    fits_all = text in PANDERA_DTYPES.values() or text.startswith(_ANY_VALUE)
    return ColumnTerms(
        name=name,
        dtype=dtype,
        exact=None if dtype is None or fits_all else column.dtype,
        nullable=column.nullable,
        unique=column.unique,
        required=column.required,
        is_pattern=column.regex,
        conditions=tuple(condition_of(check) for check in column.checks),
    )


def condition_of(check: Any) -> Condition:
    """Return a pandera check in plain form."""
    asked = getattr(check, "_check_fn", None)
    name = getattr(asked, "__name__", "")
    is_known = asked is pandera.Check.CHECK_FUNCTION_REGISTRY.get(name, check)
    is_plain = not check.element_wise and check.groupby is None and check.ignore_na
    return Condition(
        name=str(check.name),
        values=check.statistics or {},
        kind=name if is_known and is_plain else "",
        warns=bool(check.raise_warning),
        error=check.error,
        check=check,
    )


def check_of(condition: Condition) -> Any:
    """Return the pandera check of a condition; it names every failure, also where it only warns."""
    if condition.check is None:
        return getattr(pandera.Check, condition.name)(**condition.values)
    check = copy.copy(condition.check)
    check.raise_warning, check.n_failure_cases = False, None
    return check


def schema_of_terms(columns: Mapping[str, ColumnTerms], *, strict: Any) -> Any:
    """Write terms that came from no schema as one."""
    return pandera.DataFrameSchema(
        {name: _column(terms) for name, terms in columns.items()}, strict=strict
    )


def _column(terms: ColumnTerms) -> Any:
    """Write the terms of one column in pandera's words."""
    check = pandera.Check
    return pandera.Column(
        PANDERA_DTYPES[terms.dtype] if terms.dtype else None,
        [getattr(check, c.name)(**c.values, raise_warning=c.warns) for c in terms.conditions],
        nullable=terms.nullable,
        unique=terms.unique,
        report_duplicates="exclude_first",
        coerce=terms.dtype is not None,
        required=terms.required,
    )


class RuleQuestion:
    """A rule across columns as the function of a pandera dataframe check: DuckDB is asked."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def __call__(self, frame: pd.DataFrame) -> pd.Series:
        """Return for each row whether it passes; shape (rows,), dtype bool."""
        needed = columns_of(self.rule)
        names = [name for name in frame.columns if str(name).casefold() in needed]
        rows = frame[names].reset_index(drop=True).rename_axis(ROW).reset_index()
        with DuckDBEngine(threads=1) as engine:
            engine.register("rows", pa.Table.from_pandas(rows, preserve_index=False))
            broken = broken_rule(self.rule, names)
            failed = engine.query(f"SELECT {ident(ROW)} FROM rows WHERE {broken}")
        passed = pd.Series(True, index=frame.index)
        passed.iloc[failed.column(0).to_pylist()] = False
        return passed


def with_rules(schema: Any, rules: Sequence[Rule], metadata: Mapping[str, Any]) -> Any:
    """Return a copy of a schema that bears this metadata and asks these rules as checks."""
    result = copy.copy(schema)
    result.metadata = {**(schema.metadata or {}), METADATA: dict(metadata)}
    result.checks = own_checks(schema) + [
        pandera.Check(
            RuleQuestion(rule),
            name=rule.name,
            error=rule.expect,
            raise_warning=rule.severity == "warn",
            ignore_na=False,
        )
        for rule in rules
    ]
    return result


def own_checks(schema: Any) -> list[Any]:
    """Return the dataframe checks that somebody wrote in Python: all but our rules."""
    return [check for check in schema.checks or [] if not _is_rule(check)]


def _is_rule(check: Any) -> bool:
    return isinstance(getattr(check, "_check_fn", None), RuleQuestion)


def unique_groups(schema: Any) -> tuple[tuple[str, ...], ...]:
    """Return the groups of columns that must be unique together."""
    groups = schema.unique or []
    if isinstance(groups, str):
        return ((groups,),)
    if groups and isinstance(groups[0], str):
        return (tuple(groups),)
    return tuple(tuple(group) for group in groups)


def metadata_of(schema: Any) -> dict[str, Any]:
    """Return what an earlier contract wrote into a schema's metadata."""
    return dict((schema.metadata or {}).get(METADATA, {}))


def _dtype_of(column: Any) -> DType | None:
    """Return our type for a pandera column; None where it states none that we know."""
    found = column.dtype
    if found is None or str(found) == "object":
        return None
    for is_kind, dtype in _KINDS:
        if is_kind(found):
            return dtype
    raise ConfigError(
        f"contract.columns.{column.name}.dtype",
        expected="a whole number, number, boolean, date, text or category type",
        found=found,
    )


_KINDS: tuple[tuple[Any, DType], ...] = (
    (dtypes.is_bool, "bool"),
    (dtypes.is_int, "int"),
    (dtypes.is_float, "float"),
    (dtypes.is_datetime, "date"),
    (dtypes.is_string, "str"),
    (dtypes.is_category, "str"),
)
