"""The contract itself: one pandera schema, whatever it was written in.

What pandera has no word for (null tokens, ``sensitive``, ``severity``, rules in SQL) stands in the
schema's own ``metadata`` under ``dataaudit``, so it survives a copy and a trip through YAML.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa

from dataaudit.contract.expression import parse
from dataaudit.contract.library import dtypes, pandera
from dataaudit.contract.spec import ColumnRule, ContractSpec, Limits, Rule
from dataaudit.engine.duckdb import DuckDBEngine
from dataaudit.engine.sql import ident
from dataaudit.errors import ConfigError
from dataaudit.finding import Severity
from dataaudit.source.columns import ROW, DType
from dataaudit.source.options import Declared

METADATA = "dataaudit"
PANDERA_DTYPES: Mapping[str, str] = {
    "int": "Int64",
    "float": "float64",
    "bool": "boolean",
    "date": "datetime64[ns]",
    "str": "str",
}


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What the rows must hold to.

    Parameters
    ----------
    schema
        A pandera ``DataFrameSchema``: the definition of every rule, those across columns included.
        ``contract.schema.validate(frame)`` means the same as `check`, except that pandera cannot
        merely warn of a type, a missing cell or a repeated value.
    bad_rows, limits
        As in `ContractSpec`.

    Examples
    --------
    >>> contract = from_spec(ContractSpec.model_validate({"columns": {"age": {"min": 0}}}))
    >>> contract.declared["age"].dtype
    'float'
    """

    schema: Any
    bad_rows: str = "quarantine"
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def notes(self) -> Mapping[str, Mapping[str, Any]]:
        """What pandera has no word for: column -> ``null``, ``sensitive``, ``severity``."""
        return _metadata(self.schema).get("columns", {})

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules across columns that are written in SQL."""
        return tuple(Rule(**rule) for rule in _metadata(self.schema).get("rules", []))

    @property
    def declared(self) -> dict[str, Declared]:
        """What the source must know before it reads: types and null tokens by column."""
        return {
            name: Declared(dtype=dtype_of(column), nulls=self._nulls(name))
            for name, column in self.schema.columns.items()
            if not column.regex
        }

    @property
    def sensitive(self) -> frozenset[str]:
        """Columns whose values must not be shown."""
        return frozenset(name for name, note in self.notes.items() if note.get("sensitive"))

    def severity(self, column: str) -> Severity:
        """Return what a broken rule of a column means."""
        warns = self.notes.get(column, {}).get("severity") == "warn"
        return Severity.WARNING if warns else Severity.ERROR

    def without(self, *names: str) -> Contract:
        """Return the contract without some columns and the rules that look at them.

        ``apply`` uses it for the target, which new rows do not have.
        """
        gone = set(names) & set(self.schema.columns)
        schema = self.schema.remove_columns(sorted(gone)) if gone else copy.copy(self.schema)
        folded = {name.casefold() for name in names}
        stays = [rule for rule in self.rules if not folded & columns_of(rule)]
        metadata = {**_metadata(schema), "rules": [rule.model_dump() for rule in stays]}
        return Contract(
            schema=with_rules(schema, metadata), bad_rows=self.bad_rows, limits=self.limits
        )

    def _nulls(self, name: str) -> tuple[str, ...] | None:
        tokens = self.notes.get(name, {}).get("null")
        return None if tokens is None else tuple(tokens)


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
            failed = engine.query(failing_rows_sql(self.rule, "rows", names))
        passed = pd.Series(True, index=frame.index)
        passed.iloc[failed.column(0).to_pylist()] = False
        return passed


def failing_rows_sql(rule: Rule, relation: str, columns: Any) -> str:
    """Return the SELECT of the ``__row__`` of every row that breaks a rule.

    Raises
    ------
    UnknownNameError
        For a column that the relation has not.
    """
    where = f"contract.rules.{rule.name}"
    expect = parse(rule.expect, where=f"{where}.expect", columns=columns).sql
    condition = f"NOT coalesce(CAST({expect} AS BOOLEAN), TRUE)"
    if rule.when is not None:
        when = parse(rule.when, where=f"{where}.when", columns=columns).sql
        condition = f"CASE WHEN {when} THEN {condition} ELSE FALSE END"
    return f"SELECT {ident(ROW)} FROM {ident(relation)} WHERE {condition} ORDER BY 1"


def from_spec(spec: ContractSpec) -> Contract:
    """Turn the keys under ``contract:`` into a contract."""
    columns = {name: _column(rule) for name, rule in spec.columns.items()}
    schema = pandera.DataFrameSchema(columns, strict=spec.strict)
    return with_options(schema, spec)


def with_options(schema: Any, spec: ContractSpec) -> Contract:
    """Add to a pandera schema what the configuration says beside it."""
    known = _metadata(schema)
    notes = {
        name: rule.model_dump(include={"null", "sensitive", "severity"})
        for name, rule in spec.columns.items()
    }
    metadata = {
        "columns": {**known.get("columns", {}), **notes},
        "rules": [*known.get("rules", []), *(rule.model_dump() for rule in spec.rules)],
    }
    if spec.strict is not False:
        schema = copy.copy(schema)
        schema.strict = spec.strict
    return Contract(schema=with_rules(schema, metadata), bad_rows=spec.bad_rows, limits=spec.limits)


def with_rules(schema: Any, metadata: Mapping[str, Any]) -> Any:
    """Return a copy of a schema that bears this metadata and asks its rules as checks."""
    result = copy.copy(schema)
    result.metadata = {**(schema.metadata or {}), METADATA: dict(metadata)}
    result.checks = own_checks(schema) + [
        pandera.Check(
            RuleQuestion(Rule(**rule)),
            name=rule["name"],
            error=rule["expect"],
            raise_warning=rule["severity"] == "warn",
            ignore_na=False,
        )
        for rule in metadata.get("rules", [])
    ]
    return result


def own_checks(schema: Any) -> list[Any]:
    """Return the dataframe checks that somebody wrote in Python: all but our rules."""
    return [check for check in schema.checks or [] if not _is_rule(check)]


def dtype_of(column: Any) -> DType | None:
    """Return our type for a pandera column; None where it states none that we know.

    Raises
    ------
    ConfigError
        For a type that a table cannot have here, such as a time span.
    """
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


def _is_rule(check: Any) -> bool:
    return isinstance(getattr(check, "_check_fn", None), RuleQuestion)


def _metadata(schema: Any) -> dict[str, Any]:
    return dict((schema.metadata or {}).get(METADATA, {}))


def columns_of(rule: Rule) -> set[str]:
    """Return the columns that a rule looks at, without regard to case."""
    texts = [text for text in (rule.expect, rule.when) if text is not None]
    return {name.casefold() for text in texts for name in parse(text).columns}


def _column(rule: ColumnRule) -> Any:
    """Turn the rules of one column into pandera's."""
    return pandera.Column(
        PANDERA_DTYPES[rule.kind] if rule.kind else None,
        _checks(rule),
        nullable=rule.nullable,
        unique=rule.unique,
        report_duplicates="exclude_first",
        coerce=rule.kind is not None,
        required=rule.required,
    )


def _checks(rule: ColumnRule) -> list[Any]:
    """Return pandera's own checks for the rules of one column."""
    check, warns = pandera.Check, rule.severity == "warn"
    found = []
    if rule.min is not None:
        found.append(check.ge(_value(rule, rule.min), raise_warning=warns))
    if rule.max is not None:
        found.append(check.le(_value(rule, rule.max), raise_warning=warns))
    if rule.isin is not None:
        values = [_value(rule, value) for value in rule.isin]
        found.append(check.isin(values, raise_warning=warns))
    if rule.pattern is not None:
        found.append(check.str_matches(rule.pattern, raise_warning=warns))
    if rule.min_length is not None or rule.max_length is not None:
        found.append(check.str_length(rule.min_length, rule.max_length, raise_warning=warns))
    return found


def _value(rule: ColumnRule, value: Any) -> Any:
    """Return a bound as the column holds it: a date as a timestamp."""
    return pd.Timestamp(value) if rule.kind == "date" else value
